/** One stored plan. The document and the journal are the desk's own JSON; the store only keeps them and guards the state. */
export interface PlanRecord {
  readonly id: string;
  readonly state: string;
  readonly document: string;
  readonly journal: string;
  readonly createdMs: number;
  readonly expiresMs: number;
  /** When somebody last worked on it: a plan left in `applying` by a crash is one whose hand went cold. */
  readonly touchedMs: number;
}

export interface PlanStore {
  /** False when what is stored will be lost with the process. */
  readonly durable: boolean;
  insert(record: PlanRecord): Promise<void>;
  find(id: string): Promise<PlanRecord | null>;
  /** Moves a plan from one of `from` to `to`; false when it is in another state or was touched after `untouchedSinceMs`. Exactly one caller wins. */
  transition(
    id: string,
    from: readonly string[],
    to: string,
    nowMs: number,
    untouchedSinceMs?: number,
  ): Promise<boolean>;
  /**
   * Replaces the journal and shows that its holder is alive; returns when it is on disk. False, and nothing written, when the plan was
   * touched at another time than `heldSinceMs`: somebody else has taken it over.
   */
  writeJournal(id: string, journal: string, nowMs: number, heldSinceMs: number): Promise<boolean>;
  /** Plans in these states, newest first, at most 100. */
  inStates(states: readonly string[]): Promise<readonly PlanRecord[]>;
  /** Forgets plans that expired before `beforeMs` and are not being worked on. */
  prune(beforeMs: number): Promise<void>;
  close(): Promise<void>;
}

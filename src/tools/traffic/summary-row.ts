/** A row of the traffic summary; which fields it has depends on its section. */
export interface SummaryRow {
  readonly section: Section | 'group_by';
  readonly from?: string;
  readonly to?: string;
  readonly process?: string;
  readonly port?: number;
  readonly proto?: string;
  readonly policy?: string;
  /** `app_to_app`: the busiest ports of the pair. */
  readonly services?: readonly string[];
  readonly connections: number;
  readonly destination_count?: number;
  readonly users?: readonly string[];
  readonly destinations?: readonly ProcessDestination[];
  /** `group_by` only, beside one field per dimension. */
  readonly rows?: number;
  readonly bytes_in?: number;
  readonly bytes_out?: number;
  readonly first_seen?: string;
  readonly last_seen?: string;
  readonly [dimension: string]: unknown;
}

export type Section = 'app_to_app' | 'blocked' | 'external_destinations' | 'by_process';

export interface ProcessDestination {
  readonly to: string;
  readonly port?: number;
  readonly proto?: string;
  readonly policy: string;
  readonly connections: number;
  /** The host the process was seen on: the source, or the destination where that side reported it. */
  readonly process_runs_on: string;
}

/** The rows of one section that are shown, and how many there are. */
export interface SectionRows {
  readonly rows: readonly SummaryRow[];
  readonly total: number;
}

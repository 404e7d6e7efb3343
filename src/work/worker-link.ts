import { Worker } from 'node:worker_threads';
import { Failure } from '../core/errors.ts';
import type { Block } from './blocks.ts';
import type { FlowDownload } from './flows.ts';
import { failureOf, type FromWorker, type ToWorker, type WorkerQuestion } from './protocol.ts';

type Loaded = Extract<FromWorker, { type: 'loaded' }>;

/** What a load is told; all of it may come again while there are further downloads, but `loaded`. */
export interface Loading {
  taken(rows: number): void;
  read(rows: number): void;
  loaded(message: Loaded): void;
  failed(failure: Failure): void;
}

interface Asking {
  answered(answer: unknown): void;
  failed(failure: Failure): void;
}

const tableLost = (cause?: unknown): Failure =>
  new Failure('internal', {
    message: 'The worker that held the flow table ended unexpectedly.',
    remedy: 'Ask again; if it happens again, ask for less: a shorter window or one application.',
    cause,
  });

/** One worker thread and what it owes: loads, answers, and the tables that live in it. */
export class WorkerLink {
  readonly #worker: Worker;
  readonly #loading = new Map<number, Loading>();
  readonly #asking = new Map<number, Asking>();
  readonly #tables = new Set<number>();
  readonly #idleMs: number;
  #lastNumber = 0;
  #ended: Failure | undefined;
  #idle: NodeJS.Timeout | undefined;
  readonly #onEnd: (link: WorkerLink) => void;

  constructor(entry: URL, idleMs: number, onEnd: (link: WorkerLink) => void) {
    this.#idleMs = idleMs;
    this.#onEnd = onEnd;
    // No environment: it holds the PCE's secret. Own stdout: in stdio mode the process's belongs to the protocol.
    this.#worker = new Worker(entry, {
      env: {},
      argv: [],
      execArgv: [],
      stdout: true,
      name: 'flow tables',
      // A batch of parsed records dies young; a larger nursery only costs memory (40 MB) and cache misses.
      resourceLimits: { maxYoungGenerationSizeMb: 8 },
    });
    this.#worker.on('message', (message: FromWorker) => this.#receive(message));
    this.#worker.on('messageerror', (cause) => void this.end(tableLost(cause)));
    this.#worker.on('error', (cause) => void this.end(tableLost(cause)));
    this.#worker.on('exit', () => void this.end(tableLost()));
    this.#settle();
  }

  /** Loads that are running. */
  get loads(): number {
    return this.#loading.size;
  }

  /** Opens a table; its first download has yet to begin. */
  open(loading: Loading): number {
    const table = this.#number();
    if (this.#ended !== undefined) {
      loading.failed(this.#ended);
      return table;
    }
    this.#loading.set(table, loading);
    this.#settle();
    return table;
  }

  begin(table: number, { encoding, format }: Pick<FlowDownload, 'encoding' | 'format'>): void {
    this.#send({ type: 'load', table, encoding, format });
  }

  sendBlock(table: number, bytes: Block): void {
    this.#send(
      { type: 'block', table, bytes },
      bytes.map(({ buffer }) => buffer),
    );
  }

  endDownload(table: number): void {
    this.#send({ type: 'end', table });
  }

  takeBack(table: number): void {
    this.#send({ type: 'take-back', table });
  }

  seal(table: number): void {
    this.#send({ type: 'seal', table });
  }

  /** Frees a table, or gives a load up. */
  drop(table: number): void {
    this.#tables.delete(table);
    this.#loading.delete(table);
    this.#settle();
    this.#send({ type: 'drop', table });
  }

  ask(asked: WorkerQuestion, asking: Asking): number {
    const question = this.#number();
    if (this.#ended !== undefined || ('table' in asked && !this.#tables.has(asked.table))) {
      asking.failed(this.#ended ?? new Failure('internal', { message: 'The flow table is closed.' }));
      return question;
    }
    this.#asking.set(question, asking);
    this.#settle();
    this.#send({ type: 'ask', question, ...asked });
    return question;
  }

  /** Nobody waits for the answer any more. */
  forget(question: number): void {
    this.#asking.delete(question);
    this.#settle();
  }

  /** Ends the thread; whatever waits fails with `failure`, and so does whatever is asked of its tables later. */
  end(failure: Failure): Promise<number> {
    if (this.#ended === undefined) {
      this.#ended = failure;
      clearTimeout(this.#idle);
      this.#onEnd(this);
      const waiting = [...this.#loading.values(), ...this.#asking.values()];
      this.#loading.clear();
      this.#asking.clear();
      for (const one of waiting) one.failed(failure);
    }
    return this.#worker.terminate();
  }

  #number(): number {
    this.#lastNumber += 1;
    return this.#lastNumber;
  }

  #send(message: ToWorker, transfer: ArrayBuffer[] = []): void {
    if (this.#ended === undefined) this.#worker.postMessage(message, transfer);
  }

  /** The process lives while something waits here, not a moment longer; a thread without work or tables ends. */
  #settle(): void {
    clearTimeout(this.#idle);
    if (this.#loading.size + this.#asking.size > 0) {
      this.#worker.ref();
      return;
    }
    this.#worker.unref();
    if (this.#tables.size > 0 || this.#ended !== undefined) return;
    this.#idle = setTimeout(() => void this.end(tableLost()), this.#idleMs).unref();
  }

  #receive(message: FromWorker): void {
    switch (message.type) {
      case 'taken':
        this.#loading.get(message.table)?.taken(message.rows);
        return;
      case 'read':
        this.#loading.get(message.table)?.read(message.rows);
        break;
      case 'loaded':
        this.#tables.add(message.table);
        this.#loading.get(message.table)?.loaded(message);
        this.#loading.delete(message.table);
        break;
      case 'load-failed':
        this.#loading.get(message.table)?.failed(failureOf(message.failure));
        break;
      case 'answered':
        this.#asking.get(message.question)?.answered(message.answer);
        this.#asking.delete(message.question);
        break;
      case 'ask-failed':
        this.#asking.get(message.question)?.failed(failureOf(message.failure));
        this.#asking.delete(message.question);
    }
    this.#settle();
  }
}

import type { Clock } from '../../core/clock.ts';
import type { ApiPath } from '../../core/href.ts';
import type { ContentEncoding } from './body.ts';
import type { Method } from './read-only.ts';

/** Query parameters; undefined ones are left out. */
export type Query = Readonly<Record<string, string | number | boolean | undefined>>;

export interface PceRequest {
  readonly method: Method;
  readonly path: ApiPath;
  readonly query?: Query | undefined;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Answer with a job instead (objects.md §4.3). */
  readonly respondAsync?: boolean | undefined;
  /** `read` takes CSV in place of JSON. */
  readonly csv?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
  /** For everything: waiting for a turn, retries and the whole body. */
  readonly deadlineMs?: number | undefined;
}

export interface Head {
  readonly status: number;
  /** A header by its lower-case name; the first of several. */
  header(name: string): string | undefined;
}

/** An answer read whole. `json` is undefined when the body was empty. */
export interface Answer extends Head {
  readonly json: unknown;
}

/** An answer whose body is still arriving, decompressed. */
export interface Streamed extends Head {
  readonly chunks: AsyncIterable<Buffer>;
}

/** An answer whose body is handed on as it came, compressed or not. */
export interface Opened extends Head {
  readonly encoding: ContentEncoding;
  readonly chunks: AsyncIterable<Uint8Array>;
}

/** The way to one org of one PCE with one key: quota, retries, deadlines and failures are dealt with here. */
export interface PceHttp {
  readonly host: string;
  readonly port: number;
  readonly orgId: string;
  /** Names PCE, org and key without telling the key. */
  readonly identity: string;
  readonly clock: Clock;
  /** Waits; throws `cancelled` when the signal fires first. */
  pause(ms: number, signal?: AbortSignal): Promise<void>;
  /** One request, its JSON answer read whole. Identical GETs under way share one. */
  send(request: PceRequest): Promise<Answer>;
  /** A GET whose body is consumed as it arrives. A broken answer starts it anew, so `consume` must keep nothing between calls. */
  read<T>(request: PceRequest, consume: (answer: Streamed) => Promise<T>): Promise<T>;
  /** A GET whose bytes the caller takes. A body that breaks off throws from `chunks`. */
  open(request: PceRequest): Promise<Opened>;
  /** Called after every request that may have changed something, whatever came of it. */
  readonly onWrite: (listener: (path: ApiPath) => void) => void;
  close(): Promise<void>;
}

import type { JsonObject } from '../../core/json.ts';
import type { Caller, World } from '../world.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

/** One endpoint of the simulated API. The path is below `/api/v2`, parameters as `:name`. Literal segments win over parameters. */
export interface Route<W extends World = World> {
  readonly method: Method;
  readonly path: string;
  /** `open`: no credentials; `read`/`write`: by the caller's permission; `provision`: may commit policy. */
  readonly access: 'open' | 'read' | 'write' | 'provision';
  /** True for collections: `max_results`, counts and `Prefer: respond-async` are handled by the kernel. */
  readonly collection?: boolean;
  /** Rows of a collection when `max_results` is absent; 500 unless the resource differs (objects.md §4.2). */
  readonly defaultRows?: number;
  /** A quota of the endpoint's own, beside that of the key (objects.md §3). */
  readonly perMinute?: number;
  /** The body is text, whatever its type says. */
  readonly textBody?: boolean;
  /** Name of the published schema of the answer, for the contract tests and `--routes`. */
  readonly schema?: string;
  handle(request: Request<W>): Reply | Promise<Reply>;
}

export interface Request<W extends World = World> {
  readonly world: W;
  readonly caller: Caller;
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** Parsed JSON, or text for other content types; undefined without a body. */
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly requestId: string;
  /** The address of the client. */
  readonly from: string | null;
  /** What a GET of a collection would answer somebody now, before it is cut and rendered. Throws 404 for anything else. */
  readonly readAgain: (path: string, query: string, caller: Caller) => Promise<ItemsReply>;
  /** Names the event this write is; written once the answer turns out to be a success. Called again, it adds changes. */
  readonly audit: (eventType: string, changes: readonly ResourceChange[]) => void;
}

/** One item of `resource_changes` of an event (traffic.md §6.2). */
export interface ResourceChange {
  /** One key, the resource type: `{ label: { href, key, value } }`. */
  readonly resource: JsonObject;
  readonly changeType: 'create' | 'update' | 'delete';
  /** Per field `{ before, after }`. */
  readonly changes: JsonObject;
}

/**
 * What a handler answers. `items` (collections only) are counted, cut and rendered by the kernel: `total` is the unfiltered count for
 * `X-Total-Count`, the iterable is rendered lazily. `body` streams bytes as they are.
 */
export type Reply =
  | { readonly status: number; readonly json?: unknown; readonly headers?: Readonly<Record<string, string>> }
  | ItemsReply
  | {
      readonly status: number;
      readonly body: AsyncIterable<string> | Iterable<string>;
      readonly headers: Readonly<Record<string, string>>;
    };

export interface ItemsReply {
  readonly items: readonly unknown[];
  readonly total: number;
  render(item: unknown): unknown;
}

/** A collection's answer: rows of one type, how many there are unfiltered, and how one is written on the wire. */
export function collection<T>(items: readonly T[], total: number, render: (item: T) => unknown): ItemsReply {
  // The kernel only ever passes back elements of `items`.
  return { items, total, render: (item) => render(item as T) };
}

/** A refusal with the PCE's error array: thrown by handlers, rendered by the kernel. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  readonly errors: readonly { readonly token: string; readonly message: string }[];
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, token: string, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(`${status} ${token}: ${message}`);
    this.status = status;
    this.errors = [{ token, message }];
    this.headers = headers;
  }
}

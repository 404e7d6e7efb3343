import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Caller } from '../world.ts';

/** One request on its way through the simulator, as hooks see it. */
export interface Exchange {
  /** 1 for the first request since the start. */
  readonly number: number;
  readonly method: string;
  /** Path and query as they came: `/api/v2/orgs/1/labels?max_results=1`. */
  readonly url: string;
  /** Known once the credentials have been read; null before and for open routes. */
  caller: Caller | null;
  /** The node objects, for what cannot be said in an answer: resets, half bodies, foreign paths. */
  readonly raw: { readonly request: IncomingMessage; readonly response: ServerResponse };
}

/** An answer before it is compressed and sent. */
export interface Outgoing {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | AsyncIterable<string> | Iterable<string>;
}

/**
 * Where faults and the control endpoint plug in. `handled` means that the hook has answered on `raw.response` or destroyed the socket,
 * and the kernel does nothing more.
 */
export interface FaultHook {
  /** Before anything else is looked at, credentials included: nothing has been carried out yet. May wait. */
  before?(exchange: Exchange): Promise<'continue' | 'handled'> | 'continue' | 'handled';
  /** After the request has been carried out, before the answer is sent. */
  wrap?(exchange: Exchange, answer: Outgoing): Promise<Outgoing | 'handled'> | Outgoing | 'handled';
}

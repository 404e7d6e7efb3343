import { STATUS_CODES } from 'node:http';
import { readBody } from '../http/body.ts';
import type { Exchange } from '../http/fault-hook.ts';
import { ApiError } from '../http/route.ts';
import { JSON_TYPE, send } from '../http/send.ts';

/** One control call: outside the API path, without credentials and quota. */
export interface ControlRoute {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** Below `/_sim`; a last segment `:id` is a parameter. */
  readonly path: string;
  readonly does: string;
  handle(call: { readonly id: string; readonly body: unknown }): unknown;
}

/** A JSON text that is written while it is sent. */
export class Pieces {
  readonly pieces: Iterable<string>;
  constructor(pieces: Iterable<string>) {
    this.pieces = pieces;
  }
}

export const CONTROL = '/_sim';

const LOOPBACK = /^(?:::ffff:)?127\.|^::1$/;

/**
 * Answers calls below `/_sim`; `keep` is called before an answer, for what has to outlive the process. They come from this machine only, and never from a web page: a page that knows the port could otherwise
 * break somebody's tests.
 */
export function controlEndpoint(
  routes: readonly ControlRoute[],
  keep: () => void,
): (exchange: Exchange) => Promise<'continue' | 'handled'> {
  return async (exchange) => {
    const path = exchange.url.replace(/\?.*$/s, '');
    if (path !== CONTROL && !path.startsWith(`${CONTROL}/`)) return 'continue';
    const { request, response } = exchange.raw;
    const { status, json } = await answer();
    const body = json instanceof Pieces ? json.pieces : JSON.stringify(json);
    await send(response, { status, headers: JSON_TYPE, body }, false);
    return 'handled';

    async function answer(): Promise<{ readonly status: number; readonly json: unknown }> {
      if (!LOOPBACK.test(request.socket.remoteAddress ?? '') || request.headers.origin !== undefined) {
        return { status: 403, json: { error: 'The control endpoint answers programs on this machine only.' } };
      }
      const called = path.slice(CONTROL.length) || '/';
      for (const route of routes) {
        const id = idIn(route.path, called);
        if (route.method !== exchange.method || id === null) continue;
        try {
          const json = await route.handle({ id, body: await readBody(request) });
          keep();
          return { status: 200, json };
        } catch (error) {
          if (error instanceof ApiError) return { status: error.status, json: { error: error.errors[0]?.message } };
          throw error;
        }
      }
      return { status: 404, json: { error: STATUS_CODES[404], routes: index(routes) } };
    }
  };
}

/** The parameter of a call that fits a path, empty where the path has none; null when it does not fit. */
function idIn(path: string, called: string): string | null {
  if (!path.endsWith('/:id')) return path === called ? '' : null;
  const start = path.slice(0, -':id'.length);
  const id = called.slice(start.length);
  return called.startsWith(start) && id !== '' && !id.includes('/') ? id : null;
}

const index = (routes: readonly ControlRoute[]) =>
  routes.map(({ method, path, does }) => ({ call: `${method} ${CONTROL}${path}`, does }));

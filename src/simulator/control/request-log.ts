import type { Clock } from '../../core/clock.ts';
import type { Exchange } from '../http/fault-hook.ts';

/** One request the simulator got. */
export interface LoggedRequest {
  /** 1 for the first since the start. */
  readonly number: number;
  readonly method: string;
  readonly path: string;
  readonly query: string;
  /** Null when the connection ended before the whole answer was sent. */
  readonly status: number | null;
  /** The user part of the credentials, whether or not they were accepted. */
  readonly api_key_id: string | null;
  /** The simulator's clock, RFC 3339. */
  readonly at: string;
  readonly duration_ms: number;
}

export interface RequestLog {
  /** To be called when a request arrives; it is entered when its answer has gone. Answers its number, control calls not counted. */
  watch(exchange: Exchange): number;
  /** Oldest first. */
  list(): readonly LoggedRequest[];
  clear(): void;
}

const KEPT = 10_000;

export function createRequestLog(clock: Clock): RequestLog {
  let entries: LoggedRequest[] = [];
  let seen = 0;
  return {
    watch(exchange) {
      const { request, response } = exchange.raw;
      const number = ++seen;
      const [path = '', query = ''] = exchange.url.split('?', 2);
      const started = performance.now();
      const at = new Date(clock.now()).toISOString();
      response.on('close', () => {
        entries.push({
          number,
          method: exchange.method,
          path,
          query,
          status: response.writableFinished ? response.statusCode : null,
          api_key_id: keyId(request.headers.authorization),
          at,
          duration_ms: Math.round(performance.now() - started),
        });
        // Cut now and then, not at every request.
        if (entries.length >= 2 * KEPT) entries = entries.slice(-KEPT);
      });
      return number;
    },
    list: () => entries.slice(-KEPT).toSorted((a, b) => a.number - b.number),
    clear() {
      entries = [];
    },
  };
}

/** The name before the colon of Basic credentials; never what follows it. */
function keyId(authorization: string | undefined): string | null {
  const [, encoded] = /^Basic +(\S+)$/i.exec(authorization ?? '') ?? [];
  if (encoded === undefined) return null;
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return colon < 0 ? null : text.slice(0, Math.min(colon, 100));
}

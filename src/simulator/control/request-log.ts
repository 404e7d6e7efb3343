import type { Clock } from '../../core/clock.ts';
import type { Exchange } from '../http/fault-hook.ts';

/** One request the simulator got. */
export interface LoggedRequest {
  readonly number: number;
  readonly method: string;
  readonly path: string;
  readonly query: string;
  /** Null when the connection ended before the whole answer was sent. */
  readonly status: number | null;
  readonly api_key_id: string | null;
  /** The simulator's clock, RFC 3339. */
  readonly at: string;
  readonly duration_ms: number;
}

export interface RequestLog {
  /** To be called when a request arrives; it is entered when its answer has gone. */
  watch(exchange: Exchange): void;
  /** Oldest first. */
  list(): readonly LoggedRequest[];
  clear(): void;
}

const KEPT = 10_000;

export function createRequestLog(clock: Clock): RequestLog {
  let entries: LoggedRequest[] = [];
  return {
    watch(exchange) {
      const { response } = exchange.raw;
      const [path = '', query = ''] = exchange.url.split('?', 2);
      const started = performance.now();
      const at = new Date(clock.now()).toISOString();
      response.on('close', () => {
        entries.push({
          number: exchange.number,
          method: exchange.method,
          path,
          query,
          status: response.writableFinished ? response.statusCode : null,
          api_key_id: exchange.caller?.apiKeyId ?? null,
          at,
          duration_ms: Math.round(performance.now() - started),
        });
        // Cut now and then, not at every request.
        if (entries.length >= 2 * KEPT) entries = entries.slice(-KEPT);
      });
    },
    list: () => entries.slice(-KEPT).toSorted((a, b) => a.number - b.number),
    clear() {
      entries = [];
    },
  };
}

import { createCaches } from './caches.ts';
import { createPceView } from './create-view.ts';
import { createPceHttp, type PceHttpOptions } from './http/client.ts';
import type { PceHttp } from './http/http.ts';
import type { PceSettings } from './settings.ts';
import { cleanedUp } from './traffic/run.ts';
import type { PceView } from './view.ts';

export { type Caches, createCaches } from './caches.ts';
export { createPceView, type PceViewOptions } from './create-view.ts';
export { createPceHttp, type PceHttpOptions } from './http/client.ts';
export type { PceHttp, PceRequest } from './http/http.ts';
export type { PceSettings, ProxySettings, TlsSettings } from './settings.ts';
export type { PceView } from './view.ts';

/** So long the end of a connection waits for queries that are being cancelled. */
const CLEAN_UP_MS = 1_000;

/** A view that owns its connection. */
export interface PceConnection extends PceView {
  readonly http: PceHttp;
  /** The same connection, narrowed to what carries these labels. */
  scoped(labelScope: string): PceView;
  /** Ends what is under way and closes the sockets. */
  close(): Promise<void>;
}

/**
 * The PCE of these settings, for one key. Nothing is sent before the first question, so it can be made at start-up. Throws
 * `invalid_configuration` for settings that cannot work (a CA file that is not there, plain http to another machine).
 */
export function connectPce(settings: PceSettings, options: PceHttpOptions = {}): PceConnection {
  const http = createPceHttp(settings, options);
  const caches = createCaches(http);
  return {
    ...createPceView({ http, caches }),
    http,
    scoped: (labelScope) => createPceView({ http, caches, labelScope }),
    async close() {
      await cleanedUp(http, CLEAN_UP_MS);
      await http.close();
    },
  };
}

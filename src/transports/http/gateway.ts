import type { Settings } from '../../config/schema.ts';
import { checkServing, type ServingMode, servingWarnings } from '../../config/serving-mode.ts';
import { Failure } from '../../core/errors.ts';
import type { Log } from '../../core/log.ts';
import { createServing, type ServingOptions } from '../../dispatch/serving.ts';
import { authentication } from './authentication.ts';
import { trustedNetworks } from './client-address.ts';
import { createMetrics } from './metrics.ts';
import { startMetrics } from './metrics-server.ts';
import { createQuotas } from './quotas.ts';
import { type HttpServer, startHttp } from './server.ts';
import { refuseUnconfirmed } from './unconfirmed.ts';

export interface GatewayOptions extends Pick<ServingOptions, 'pce'> {
  readonly log: Log;
  /** So long a server that stops goes on answering, so that load balancers notice before connections are refused. */
  readonly lingerMs?: number | undefined;
}

/** A server is given half a minute by most orchestrators. */
const DRAIN_MS = 25_000;

/**
 * The HTTP server of these settings, with everything behind it. Throws `invalid_configuration` that lists everything that is missing for
 * the mode asked for.
 */
export async function startGateway(
  settings: Settings,
  { log, pce, lingerMs = 0 }: GatewayOptions,
): Promise<HttpServer> {
  const mode = checkServing(settings);
  refuseUnserved(settings, mode);
  for (const warning of servingWarnings(settings, mode)) log.warning(warning);

  const metrics = settings.MCP_METRICS_PORT === undefined ? undefined : createMetrics();
  const { identify, doors, resource, keysReady } = authentication(settings, mode, { log, metrics });
  const serving = createServing(settings, {
    log,
    pce,
    confirm: mode === 'dev_insecure' ? undefined : refuseUnconfirmed(settings.MCP_CONFIRM_TOOLS),
  });
  const { dispatcher } = serving;
  const server = await startHttp({
    dispatcher: metrics?.watch(dispatcher) ?? dispatcher,
    identify,
    doors,
    resource,
    log,
    metrics,
    quotas: createQuotas({ perMinute: settings.MCP_RATE_LIMIT_MCP }),
    check: async () => ({ ...(await serving.ready()), ...(keysReady ? { keys: await keysReady() } : {}) }),
    isTrustedProxy: trustedNetworks(settings.MCP_TRUSTED_PROXIES ?? []),
    host: settings.MCP_HTTP_HOST,
    port: settings.MCP_HTTP_PORT,
    drainMs: DRAIN_MS,
    lingerMs,
  });
  const scraped =
    metrics && settings.MCP_METRICS_PORT !== undefined
      ? await startMetrics(metrics, { host: settings.MCP_HTTP_HOST, port: settings.MCP_METRICS_PORT })
      : undefined;
  return {
    ...server,
    async close() {
      await server.close();
      await scraped?.close();
      await serving.close();
    },
  };
}

/** What the settings can ask for and this server does not do. */
function refuseUnserved({ MCP_DATABASE_URL: database }: Settings, mode: ServingMode): void {
  if (mode === 'per_user' || mode === 'hybrid')
    throw new Failure('invalid_configuration', {
      message: `MCP_PCE_MODE=${mode}: this server cannot keep callers' own PCE keys.`,
      remedy: 'Set MCP_PCE_MODE=shared, with a service account in PCE_HOST, PCE_ORG_ID, API_KEY and API_SECRET.',
    });
  if (database !== undefined)
    throw new Failure('invalid_configuration', {
      message: 'MCP_DATABASE_URL: this server keeps its state in SQLite files only.',
      remedy: 'Remove MCP_DATABASE_URL, and run one server.',
    });
}

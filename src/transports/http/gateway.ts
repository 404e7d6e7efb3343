import { OPERATOR } from '../../access/decide.ts';
import type { Settings } from '../../config/schema.ts';
import { checkServing, type ServingMode, servingWarnings } from '../../config/serving-mode.ts';
import { systemClock } from '../../core/clock.ts';
import type { Log } from '../../core/log.ts';
import { catalogue } from '../../dispatch/catalogue.ts';
import { needsPreview } from '../../dispatch/confirm.ts';
import { digestOfTools } from '../../dispatch/surface.ts';
import { createServing, type Serving, type ServingOptions } from '../../dispatch/serving.ts';
import { authentication } from './authentication.ts';
import { type Backing, openBacking } from './backing.ts';
import { trustedNetworks } from './client-address.ts';
import { createMetrics } from './metrics.ts';
import { startMetrics } from './metrics-server.ts';
import { confirmRoute } from './pages/confirm.ts';
import { pages } from './pages/pages.ts';
import { createQuotas } from './quotas.ts';
import { createLimiter } from './limiter.ts';
import { type HttpServer, startHttp } from './server.ts';
import { openTelemetry } from './telemetry/telemetry.ts';

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
  const opened: Closable[] = [];
  const close = async (): Promise<void> => {
    for (const part of opened.splice(0).toReversed()) await part.close();
  };
  try {
    return { ...(await open(settings, mode, { log, pce, lingerMs }, opened)), close };
  } catch (error) {
    // What stays open would keep the process from ending.
    await close();
    throw error;
  }
}

interface Closable {
  close(): Promise<void>;
}

/** Opens one part after the other, each noted for closing as soon as it is open. */
async function open(
  settings: Settings,
  mode: ServingMode,
  { log, pce, lingerMs }: GatewayOptions,
  opened: Closable[],
): Promise<HttpServer> {
  const opening = <Part extends Closable>(part: Part): Part => {
    opened.push(part);
    return part;
  };
  for (const warning of servingWarnings(settings, mode)) log.warning(warning);

  const telemetry = await openTelemetry(settings, log);
  if (telemetry) opening(telemetry);
  const metrics = settings.MCP_METRICS_PORT === undefined ? undefined : createMetrics();
  const { identify, doors, resource, keysReady, tokens } = authentication(settings, mode, { log, metrics });
  const urls = { base: pagesBase(settings.MCP_PUBLIC_URL ?? '') };
  const backing = mode === 'dev_insecure' ? undefined : opening(await openBacking(settings, mode, { log, ...urls }));
  const serving = opening(createServing(settings, { log, pce, ...backing?.serving }));
  const { dispatcher } = serving;
  const tools = dispatcher.list(OPERATOR);
  log.info('tools offered', { tools: tools.length, digest: digestOfTools(tools) });
  if (metrics && settings.MCP_METRICS_PORT !== undefined)
    opening(await startMetrics(metrics, { host: settings.MCP_HTTP_HOST, port: settings.MCP_METRICS_PORT }));
  const counted = metrics?.watch(dispatcher) ?? dispatcher;
  const server = await startHttp({
    dispatcher: telemetry?.watch(counted) ?? counted,
    telemetry,
    identify,
    doors,
    resource,
    log,
    metrics,
    quotas: createQuotas({ perMinute: settings.MCP_RATE_LIMIT_MCP, pool: backing?.pool, log }),
    pages: backing && tokens && pages({ settings, mode, backing, identify, tokens, urls, log }),
    routes: backing && confirmRouteOf(backing, settings, dispatcher, log),
    // Replicas share no memory, so no sessions either.
    sessions: settings.MCP_DATABASE_URL === undefined,
    check: async () => ({
      ...(await serving.ready()),
      ...(backing ? { store: await backing.ready() } : {}),
      ...(keysReady ? { keys: await keysReady() } : {}),
    }),
    isTrustedProxy: trustedNetworks(settings.MCP_TRUSTED_PROXIES ?? []),
    host: settings.MCP_HTTP_HOST,
    port: settings.MCP_HTTP_PORT,
    drainMs: DRAIN_MS,
    lingerMs,
  });
  return opening(server);
}

const confirmRouteOf = (
  { confirmations, recorder, pool }: Backing,
  settings: Settings,
  dispatcher: Serving['dispatcher'],
  log: Log,
) =>
  confirmRoute({
    confirmations,
    recorder,
    dispatcher,
    needsPreview: (name) => catalogue.some((tool) => tool.name === name && needsPreview(tool)),
    freshAuthSeconds: settings.MCP_CONFIRM_FRESH_AUTH_SECONDS,
    limiter: createLimiter({ perMinute: settings.MCP_RATE_LIMIT_CONFIRM, name: 'confirm', pool, log }),
    clock: systemClock,
  });

/** Where the pages are, as browsers see it: beside `/mcp`, below whatever a proxy puts before it. */
const pagesBase = (publicUrl: string): string => publicUrl.replace(/\/(?:mcp\/?)?$/, '');

import { loadConfig } from '../config/load.ts';
import { openLog } from '../config/log-sinks.ts';
import { startGateway } from '../transports/http/gateway.ts';
import { runToEnd } from './lifecycle.ts';
import { parse, SERVER_SETTINGS, settingFlags, settingOptions } from './options.ts';

/** Orchestrators give a server about half a minute between SIGTERM and SIGKILL. */
const CLOSE_DEADLINE_MS = 28_000;
const LINGER_MS = 1_000;

/** `illumio-mcp http`, also `illumio-mcp-http`: serves MCP over HTTP until it is told to stop, and then ends what is under way. */
export async function run(argv: readonly string[]): Promise<void> {
  const options = settingOptions(...SERVER_SETTINGS, 'MCP_HTTP_HOST', 'MCP_HTTP_PORT');
  const config = loadConfig({ flags: settingFlags(parse(argv, options)) });
  const log = openLog(config);
  const server = await startGateway(config.settings, {
    log,
    lingerMs: config.settings.MCP_DEV_INSECURE ? 0 : LINGER_MS,
  });
  log.info('listening', { url: server.url });
  await runToEnd({ log, deadlineMs: CLOSE_DEADLINE_MS, close: () => server.close() });
}

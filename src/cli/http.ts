import { OPERATOR } from '../access/decide.ts';
import { loadConfig } from '../config/load.ts';
import { openLog } from '../config/log-sinks.ts';
import { Failure } from '../core/errors.ts';
import { createServing } from '../dispatch/serving.ts';
import { startHttp } from '../transports/http/server.ts';
import { runToEnd } from './lifecycle.ts';
import { parse, SERVER_SETTINGS, settingFlags, settingOptions } from './options.ts';

/** `illumio-mcp http`: serves MCP on loopback, to everyone on this machine, so only when told that this is wanted. */
export async function run(argv: readonly string[]): Promise<void> {
  const options = settingOptions(...SERVER_SETTINGS, 'MCP_HTTP_HOST', 'MCP_HTTP_PORT');
  const config = loadConfig({ flags: settingFlags(parse(argv, options)) });
  const { settings } = config;
  if (!settings.MCP_DEV_INSECURE)
    throw new Failure('invalid_configuration', {
      message: 'The HTTP server has no authentication yet.',
      remedy: 'Set MCP_DEV_INSECURE=1 to serve everyone on this machine as admin, or use stdio.',
    });
  const log = openLog(config);
  log.warning('MCP_DEV_INSECURE: no authentication, everyone on this machine is admin');
  const serving = createServing(settings, { log });
  const server = await startHttp({
    dispatcher: serving.dispatcher,
    principal: OPERATOR,
    host: settings.MCP_HTTP_HOST,
    port: settings.MCP_HTTP_PORT,
    log,
  });
  log.info('listening', { url: server.url });
  await runToEnd({
    log,
    async close() {
      await server.close();
      await serving.close();
    },
  });
}

import { OPERATOR } from '../access/decide.ts';
import { loadConfig } from '../config/load.ts';
import { openLog } from '../config/log-sinks.ts';
import { openRecord } from '../dispatch/record.ts';
import { createServing } from '../dispatch/serving.ts';
import { digestOfTools } from '../dispatch/surface.ts';
import { startStdio } from '../transports/stdio.ts';
import { runToEnd } from './lifecycle.ts';
import { parse, SERVER_SETTINGS, settingFlags, settingOptions } from './options.ts';
import { startsLater } from './simulated-pce.ts';

const DIGEST_AFTER_MS = 1_000;

/** `illumio-mcp [stdio] [--demo]`: serves one MCP client until it closes our input. */
export async function run(argv: readonly string[]): Promise<void> {
  const values = parse(argv, { demo: { type: 'boolean' }, ...settingOptions(...SERVER_SETTINGS) });
  const config = loadConfig({ flags: settingFlags(values) });
  const log = openLog(config);
  const simulated = values['demo'] ? startsLater({ profile: 'mid' }) : undefined;
  const record = await openRecord(config.settings, log);
  const serving = createServing(config.settings, { log, pce: simulated?.settings, audit: record?.sink });
  const server = startStdio(serving.dispatcher, log);
  // The client waits for its first answers now; a digest of what it is offered takes as long as one.
  setTimeout(() => {
    const tools = serving.dispatcher.list(OPERATOR);
    log.info('tools offered', { tools: tools.length, digest: digestOfTools(tools) });
  }, DIGEST_AFTER_MS).unref();
  await runToEnd({
    ended: server.ended,
    log,
    async close() {
      await server.close();
      await serving.close();
      await record?.close();
      await simulated?.close();
    },
  });
}

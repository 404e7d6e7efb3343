import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { OPERATOR } from '../access/decide.ts';
import { loadConfig } from '../config/load.ts';
import { openLog } from '../config/log-sinks.ts';
import { Failure } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import { VERSION } from '../core/version.ts';
import { createServing } from '../dispatch/serving.ts';
import { openToThisMachine } from '../transports/http/open.ts';
import { startHttp } from '../transports/http/server.ts';
import { connectionHelp } from './demo/connect.ts';
import { type Terminal, terminal } from './demo/terminal.ts';
import { tour } from './demo/tour.ts';
import { runToEnd } from './lifecycle.ts';
import { parse } from './options.ts';
import { startsLater } from './simulated-pce.ts';

const LATEST_PROTOCOL = '2026-07-28';

/**
 * `illumio-mcp demo [--once] [--port N]`: a simulated PCE, the MCP server on loopback and a tour of real calls over the wire. Stays up
 * and says how to connect; `--once` ends after the tour, with exit code 1 when a call failed.
 */
export async function run(argv: readonly string[]): Promise<void> {
  const { once = false, port = '0' } = parse(argv, { once: { type: 'boolean' }, port: { type: 'string' } });
  // The demo is the same everywhere: nothing of the environment is read.
  const config = loadConfig({ environment: {}, dotenv: '', flags: { MCP_LOG_LEVEL: 'error', MCP_TOOLSETS: 'all' } });
  const log = openLog(config);
  const out = terminal(process.stdout);
  const demo = await start(portNumber(port), log, out, config.settings);
  const failed = await askOverTheWire(demo.url, out).catch(async (error: unknown) => {
    await demo.close();
    throw error;
  });
  if (once) {
    await demo.close();
    process.exitCode = failed === 0 ? 0 : 1;
    return;
  }
  out.lines(['']);
  out.paragraph(`The server stays up at ${demo.url} until you press Ctrl-C. Connect to it:`, { style: 'bold' });
  out.lines(['', ...connectionHelp(demo.url), '']);
  await runToEnd({ log, close: () => demo.close() });
}

function portNumber(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (port <= 65_535) return port;
  throw new Failure('invalid_configuration', {
    message: `--port ${text.slice(0, 20)} is no port.`,
    remedy: 'Give 0 to 65535.',
  });
}

async function start(port: number, log: Log, out: Terminal, settings: Parameters<typeof createServing>[0]) {
  out.paragraph('illumio-mcp demo', { style: 'bold' });
  out.progress('starting a simulated PCE: Meridian Retail Group, 640 workloads, 90 days of traffic');
  const simulated = startsLater({ profile: 'mid' });
  const pce = await simulated.settings();
  const serving = createServing(settings, { log, pce: simulated.settings });
  const server = await startHttp({ dispatcher: serving.dispatcher, ...openToThisMachine(OPERATOR), port, log });
  out.done();
  out.paragraph(
    `A simulated PCE (Meridian Retail Group: 640 workloads, 90 days of traffic) runs at http://${pce.host}:${pce.port}, the MCP server at ${server.url}. The official MCP client now asks what a segmentation engineer asks first.`,
  );
  return {
    url: server.url,
    async close(): Promise<void> {
      await server.close();
      await serving.close();
      await simulated.close();
    },
  };
}

async function askOverTheWire(url: string, out: Terminal): Promise<number> {
  const client = new Client(
    { name: 'illumio-mcp-demo', version: VERSION },
    { versionNegotiation: { mode: { pin: LATEST_PROTOCOL } } },
  );
  await client.connect(new StreamableHTTPClientTransport(new URL(url)));
  try {
    return await tour(client, out);
  } finally {
    await client.close();
  }
}

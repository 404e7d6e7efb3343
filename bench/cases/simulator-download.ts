import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Bench, measurement, timed } from '../bench.ts';
import { type Connection, startSimulatorProcess } from '../simulator-process.ts';

const ROWS = 200_000;
const DAY_MS = 86_400_000;

export default {
  name: 'simulator-download',
  about: `a download of ${ROWS} flow rows from the simulator, beside the same bytes served from memory`,
  async run() {
    const simulator = await startSimulatorProcess(['--profile', 'large', '--flows', '220000', '--rate-limit', 'off']);
    try {
      const path = await finishedQuery(simulator.connection);
      let bytes: Buffer = Buffer.alloc(0);
      const ours = await timed(async () => {
        bytes = await download(`${simulator.connection.url}${path}`, simulator.connection);
      });
      const rows = (JSON.parse(bytes.toString('utf8')) as unknown[]).length;
      if (rows !== ROWS) throw new Error(`downloaded ${rows} rows`);
      const bare = await servedFromMemory(bytes, simulator.connection);
      return {
        'simulator-download': measurement(rows / (ours / 1000), 'rows/s', rows / (bare / 1000)),
      };
    } finally {
      simulator.stop();
    }
  },
} satisfies Bench;

const authorization = ({ api_key: key, api_secret: secret }: Connection) =>
  `Basic ${Buffer.from(`${key}:${secret}`).toString('base64')}`;

async function download(url: string, connection: Connection): Promise<Buffer> {
  const answer = await fetch(url, {
    headers: { authorization: authorization(connection), accept: 'application/json', 'accept-encoding': 'identity' },
  });
  return Buffer.from(await answer.arrayBuffer());
}

async function finishedQuery(connection: Connection): Promise<string> {
  const headers = { authorization: authorization(connection), 'content-type': 'application/json' };
  const base = `${connection.url}/api/v2`;
  const side = { include: [[]], exclude: [] };
  const posted = await fetch(`${base}/orgs/1/traffic_flows/async_queries`, {
    method: 'POST',
    headers,
    body: JSON.stringify({
      query_name: 'bench',
      sources: side,
      destinations: side,
      services: { include: [], exclude: [] },
      policy_decisions: [],
      start_date: new Date(Date.now() - 30 * DAY_MS).toISOString(),
      end_date: new Date().toISOString(),
      max_results: ROWS,
    }),
  });
  const { href } = (await posted.json()) as { readonly href: string };
  for (let poll = 0; poll < 300; poll++) {
    const { status } = (await (await fetch(`${base}${href}`, { headers })).json()) as { readonly status: string };
    if (status === 'completed') return `/api/v2${href}/download`;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('the query did not finish');
}

async function servedFromMemory(bytes: Buffer, connection: Connection): Promise<number> {
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': bytes.length }).end(bytes);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  try {
    return await timed(() => download(`http://127.0.0.1:${port}/`, connection));
  } finally {
    server.close();
  }
}

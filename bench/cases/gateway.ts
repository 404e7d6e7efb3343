import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { Client } from 'pg';
import { build } from 'rolldown';
import { bundle } from '../../scripts/build.ts';
import { POSTGRES_PROGRAMS, startPostgres } from '../../test/store/postgres-server.ts';
import { type Bench, type Measurement, measurement, median } from '../bench.ts';
import type { Loaded } from '../fixtures/call-load.ts';
import { load, type Served, startBareProcess, startGatewayProcess, startIssuer } from '../gateway-servers.ts';
import { startSimulatorProcess } from '../simulator-process.ts';

const ROUNDS = 15;
const SECONDS = 1;
const PEOPLE = 32;
/** The optimising compiler has seen every path by then. */
const WARM_SECONDS = 10;
const OUT = fileURLToPath(new URL('../../.bench/', import.meta.url));
const TOOL = 'get-labels';
const BODY = JSON.stringify({
  jsonrpc: '2.0',
  id: 1,
  method: 'tools/call',
  params: {
    name: TOOL,
    arguments: { key: 'env', value: 'prod' },
    _meta: {
      'io.modelcontextprotocol/protocolVersion': '2026-07-28',
      'io.modelcontextprotocol/clientInfo': { name: 'bench', version: '1' },
      'io.modelcontextprotocol/clientCapabilities': {},
    },
  },
});
const HEADERS = {
  'content-type': 'application/json',
  accept: 'application/json, text/event-stream',
  'mcp-protocol-version': '2026-07-28',
  'mcp-method': 'tools/call',
  'mcp-name': TOOL,
};

/** A gateway under measurement, and how many calls its record holds. */
interface Side {
  readonly name: string;
  readonly server: Served;
  readonly recorded: () => Promise<number>;
}

/** Small calls with a token, decided, run and put on record, beside a bare SDK handler that does none of it and answers the same. */
export default {
  name: 'gateway',
  about: `${PEOPLE} people calling ${TOOL} over HTTP, beside a bare SDK handler; median of ${ROUNDS} rounds of ${SECONDS} s each, in turns`,
  async run() {
    await mkdir(OUT, { recursive: true });
    const folder = await mkdtemp(`${OUT}gateway-`);
    const ends: (() => unknown)[] = [() => rm(folder, { recursive: true, force: true })];
    try {
      return await measure(folder, ends);
    } finally {
      for (const end of ends.toReversed()) await end();
    }
  },
} satisfies Bench;

async function measure(folder: string, ends: (() => unknown)[]): Promise<Record<string, Measurement>> {
  await bundle(`${OUT}dist`);
  await build({
    input: fileURLToPath(new URL('../fixtures/bare-http-server.ts', import.meta.url)),
    platform: 'node',
    output: { file: `${OUT}bare-http-server.js`, format: 'esm', minify: true },
  });
  const simulator = await startSimulatorProcess(['--profile', 'small', '--rate-limit', 'off']);
  ends.push(() => simulator.stop());
  const issuer = await startIssuer(PEOPLE);
  ends.push(() => issuer.stop());
  const headers = issuer.tokens.map((token) => ({ ...HEADERS, authorization: `Bearer ${token}` }));
  const call = ({ url }: Served, seconds: number): Promise<Loaded> => load({ url, body: BODY, headers, seconds });

  const place = { issuer: issuer.issuer, pce: simulator.connection, folder };
  const gateway = `${OUT}dist/illumio-mcp.js`;
  const server = await startGatewayProcess(gateway, place);
  ends.push(() => server.stop());
  const sides: Side[] = [{ name: 'sqlite', server, recorded: async () => recordedInFile(`${folder}/audit.db`) }];
  if (POSTGRES_PROGRAMS === undefined) process.stderr.write('gateway/postgres: not measured, PostgreSQL is missing\n');
  else {
    const postgres = await startPostgres({ durable: true });
    ends.push(() => postgres.close());
    const database = (await postgres.database()).reveal();
    const other = await startGatewayProcess(gateway, { ...place, database });
    ends.push(() => other.stop());
    sides.push({ name: 'postgres', server: other, recorded: () => recordedInDatabase(database) });
  }
  const warm = await Promise.all(sides.map((side) => call(side.server, WARM_SECONDS)));
  const bare = await startBareProcess(`${OUT}bare-http-server.js`, resultIn(warm[0]?.answer ?? ''));
  ends.push(() => bare.stop());
  await call(bare, WARM_SECONDS / 2);

  const before = await Promise.all(sides.map((side) => side.recorded()));
  const limits: Loaded[] = [];
  const rounds: Loaded[][] = sides.map(() => []);
  for (let round = 0; round < ROUNDS; round++) {
    limits.push(await call(bare, SECONDS));
    for (const [at, side] of sides.entries()) rounds[at]?.push(await call(side.server, SECONDS));
  }
  const results: Record<string, Measurement> = {};
  for (const [at, { name, recorded }] of sides.entries()) {
    const own = rounds[at] ?? [];
    const calls = own.reduce((sum, one) => sum + one.calls, 0);
    const entries = (await recorded()) - (before[at] ?? 0);
    if (entries !== calls) throw new Error(`${name}: ${calls} calls, ${entries} of them on record`);
    const of = (list: readonly Loaded[], field: 'callsPerSecond' | 'p99Ms') => median(list.map((one) => one[field]));
    results[`gateway/${name}`] = measurement(of(own, 'callsPerSecond'), 'calls/s', of(limits, 'callsPerSecond'));
    results[`gateway/${name}/p99`] = measurement(of(own, 'p99Ms'), 'ms', of(limits, 'p99Ms'));
  }
  return results;
}

/** The result of an answer, for the bare server to give. */
function resultIn(answer: string): string {
  const { result } = JSON.parse(answer) as { readonly result: object };
  return JSON.stringify(result);
}

const COUNT = `SELECT COUNT(*) AS calls FROM audit_entries WHERE phase = 'ended'`;

function recordedInFile(path: string): number {
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    return Number(database.prepare(COUNT).get()?.['calls']);
  } finally {
    database.close();
  }
}

async function recordedInDatabase(url: string): Promise<number> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ readonly calls: string }>(COUNT);
    return Number(rows[0]?.calls);
  } finally {
    await client.end();
  }
}

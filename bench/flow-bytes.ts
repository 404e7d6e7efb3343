import { once } from 'node:events';
import {
  createReadStream,
  createWriteStream,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { Secret } from '../src/core/secret.ts';
import { connectPce } from '../src/pce/index.ts';
import { startSimulatorProcess } from './simulator-process.ts';

const FOLDER = join(tmpdir(), 'illumio-mcp-bench');
const MOST = 200_000;
const DAY_MS = 86_400_000;

/** A file with the JSON download of so many flow rows, made once: beyond 200,000 the rows are told again from other addresses. */
export async function flowBytes(rows: number): Promise<string> {
  const file = join(FOLDER, `flows-${rows}.json`);
  if (existsSync(file)) return file;
  mkdirSync(FOLDER, { recursive: true });
  if (rows === MOST) await download(file);
  else if (rows < MOST) writeFileSync(file, JSON.stringify((await parsed()).slice(0, rows)));
  else await copies(file, rows / MOST);
  return file;
}

/** The same download as a PCE sends it, compressed. */
export async function compressedFlowBytes(rows: number): Promise<string> {
  const plain = await flowBytes(rows);
  const file = `${plain}.gz`;
  if (existsSync(file)) return file;
  await pipeline([createReadStream(plain), createGzip(), createWriteStream(`${file}.part`)]);
  renameSync(`${file}.part`, file);
  return file;
}

const parsed = async (): Promise<readonly unknown[]> =>
  JSON.parse(readFileSync(await flowBytes(MOST), 'utf8')) as readonly unknown[];

async function download(file: string): Promise<void> {
  const simulator = await startSimulatorProcess(['--profile', 'large', '--flows', '220000', '--rate-limit', 'off']);
  const { url, api_key: apiKey, api_secret: apiSecret } = simulator.connection;
  const { hostname, port } = new URL(url);
  const pce = connectPce({
    scheme: 'http',
    host: hostname,
    port: Number(port),
    orgId: '1',
    apiKey: new Secret(apiKey),
    apiSecret: new Secret(apiSecret),
    readOnly: true,
  });
  try {
    const any = { include: [], exclude: [] };
    const stream = await pce.traffic({
      name: 'bench',
      start: new Date(Date.now() - 30 * DAY_MS).toISOString(),
      end: new Date().toISOString(),
      sources: any,
      destinations: any,
      services: any,
      sourcesOrDestinations: false,
      decisions: [],
      excludeWorkloadsFromIpListQuery: true,
      maxResults: MOST,
    });
    const { chunks, encoding } = await stream.open();
    const plain = encoding === 'gzip' ? [createGunzip()] : [];
    await pipeline([Readable.from(chunks), ...plain, createWriteStream(`${file}.part`)]);
    renameSync(`${file}.part`, file);
  } finally {
    await pce.close();
    simulator.stop();
  }
}

async function copies(file: string, count: number): Promise<void> {
  const text = readFileSync(await flowBytes(MOST), 'utf8')
    .trim()
    .slice(1, -1);
  const out = createWriteStream(`${file}.part`);
  out.write('[');
  for (let copy = 0; copy < count; copy++) {
    const moved = copy === 0 ? text : text.replaceAll('"ip":"10.', `"ip":"${10 + copy}.`);
    if (!out.write(copy === 0 ? moved : `,${moved}`)) await once(out, 'drain');
  }
  out.end(']');
  await once(out, 'finish');
  renameSync(`${file}.part`, file);
}

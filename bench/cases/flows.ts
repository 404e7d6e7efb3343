import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { bundle } from '../../scripts/build.ts';
import { type Bench, best, type Measurement, measurement } from '../bench.ts';
import { compressedFlowBytes, flowBytes } from '../flow-bytes.ts';

const ROWS = 200_000;
const SIZES = [8_000, 50_000, 200_000, 1_000_000] as const;
const ROUNDS = 5;
const MB = 1e6;
const OUT = fileURLToPath(new URL('../../.bench/flows', import.meta.url));

/** What is promised beside ratios to a bare side. */
const LIMITS = {
  /** Of what reading and parsing takes. */
  answer: 1.25,
  /** Above the idle server, at 200,000 rows. */
  memoryMb: 150,
  /** Besides distinct strings. */
  bytesPerRow: 160,
  /** Of the idle server's. */
  p99: 3,
  /** The dearest row of any size to the cheapest: the same cost, as far as a clock tells. */
  perRow: 1.5,
} as const;

const fixture = (name: string): string => fileURLToPath(new URL(`../fixtures/${name}.ts`, import.meta.url));

async function served<T>(file: string, use: (url: string) => Promise<T>): Promise<T> {
  const files = [file, await flowBytes(SIZES[0])];
  const child = spawn(process.execPath, [fixture('static-server'), ...files], { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    for await (const port of createInterface({ input: child.stdout })) return await use(`http://127.0.0.1:${port}`);
    throw new Error('the file is not served');
  } finally {
    child.kill();
  }
}

type Figures = Readonly<Record<string, number>>;

/** One measurement, in a process of its own. */
async function measured(what: string, url: string): Promise<Figures> {
  const args = ['--expose-gc', fixture('flow-questions'), what, url, `${OUT}/worker.js`];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const parts: Buffer[] = [];
  for await (const part of child.stdout) parts.push(part as Buffer);
  return JSON.parse(Buffer.concat(parts).toString('utf8')) as Figures;
}

/** Several rounds of each, taken in turn so that all have the same weather. */
async function inTurn(whats: readonly string[], url: string): Promise<(what: string) => readonly Figures[]> {
  const rounds = new Map<string, Figures[]>(whats.map((what) => [what, []]));
  for (let round = 0; round < ROUNDS; round++)
    for (const what of whats) rounds.get(what)?.push(await measured(what, url));
  return (what) => rounds.get(what) ?? [];
}

const of = (figures: Figures, key: string): number => figures[key] ?? Number.NaN;
const bestOf = (rounds: readonly Figures[], value: (figures: Figures) => number): number => best(rounds.map(value));
const ms = (figures: Figures): number => of(figures, 'ms');
/** Above the idle server, megabytes. */
const memory = (figures: Figures): number => (of(figures, 'peak') - of(figures, 'idle')) / MB;

/** Microseconds a row costs in a table of so many. */
async function perRow(rows: number): Promise<number> {
  const rounds = await served(await flowBytes(rows), (url) => inTurn(['rows'], url));
  return (bestOf(rounds('rows'), ms) * 1_000) / rows;
}

export default {
  name: 'flows',
  about: `a traffic download to a flow table and to an answer, beside reading and JSON.parse-ing the same bytes; best of ${ROUNDS} rounds`,
  async run() {
    await bundle(OUT);
    const results: Record<string, Measurement> = {};
    const rounds = await served(await flowBytes(ROWS), (url) =>
      inTurn(['bare', 'table', 'answer', 'latency', 'columns'], url),
    );
    const bare = bestOf(rounds('bare'), ms);
    const answer = bestOf(rounds('answer'), ms);
    const second = bestOf(rounds('answer'), (figures) => of(figures, 'second'));
    const compressed = await served(await compressedFlowBytes(ROWS), (url) => inTurn(['table'], url));
    const columns = bestOf(rounds('columns'), (figures) => of(figures, 'bytes') / of(figures, 'rows'));
    const busy = bestOf(rounds('latency'), (figures) => of(figures, 'busy'));
    const idle = bestOf(rounds('latency'), (figures) => of(figures, 'idle'));
    results['flows-table-200k'] = measurement(bestOf(rounds('table'), ms), 'ms', bare);
    results['flows-answer-200k'] = measurement(answer, 'ms', bare * LIMITS.answer);
    results['flows-second-question-200k'] = measurement(second, 'ms', answer / 10);
    results['flows-memory-200k'] = measurement(bestOf(rounds('table'), memory), 'MB', LIMITS.memoryMb);
    results['flows-memory-200k-gzip'] = measurement(bestOf(compressed('table'), memory), 'MB', LIMITS.memoryMb);
    results['flows-columns-200k'] = measurement(columns, 'B/row', LIMITS.bytesPerRow);
    results['flows-check-p99'] = measurement(busy, 'ms', idle * LIMITS.p99);

    const costs: number[] = [];
    for (const rows of SIZES) costs.push(await perRow(rows));
    const cheapest = best(costs);
    for (const [at, rows] of SIZES.entries())
      results[`flows-per-row-${rows / 1_000}k`] = measurement(costs[at] ?? Number.NaN, 'µs', cheapest * LIMITS.perRow);
    return results;
  },
} satisfies Bench;

import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type Bench, type Measurement, measurement, median } from '../bench.ts';
import { flowBytes } from '../flow-bytes.ts';

const ROWS = 200_000;
const OTHERS = [8_000, 50_000, 1_000_000] as const;
const RUNS = 3;
const MB = 1e6;
/** Issue: memory above the idle server at 200,000 rows. */
const MEMORY_LIMIT_MB = 150;

const fixture = (name: string): string => fileURLToPath(new URL(`../fixtures/${name}.ts`, import.meta.url));

async function served<T>(file: string, use: (url: string) => Promise<T>): Promise<T> {
  const child = spawn(process.execPath, [fixture('static-server'), file], { stdio: ['ignore', 'pipe', 'inherit'] });
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
  const child = spawn(process.execPath, [fixture('flow-questions'), what, url], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const parts: Buffer[] = [];
  for await (const part of child.stdout) parts.push(part as Buffer);
  return JSON.parse(Buffer.concat(parts).toString('utf8')) as Figures;
}

/** The median run of each, run in turn so that both sides have the same weather. */
async function inTurn(whats: readonly string[], url: string): Promise<Readonly<Record<string, Figures>>> {
  const runs = new Map<string, Figures[]>(whats.map((what) => [what, []]));
  for (let run = 0; run < RUNS; run++) for (const what of whats) runs.get(what)?.push(await measured(what, url));
  return Object.fromEntries(
    [...runs].map(([what, figures]) => [
      what,
      Object.fromEntries(
        Object.keys(figures[0] ?? {}).map((key) => [key, median(figures.map((each) => each[key] ?? 0))]),
      ),
    ]),
  );
}

export default {
  name: 'flows',
  about: 'a traffic download to a flow table and to an answer, beside reading and JSON.parse-ing the same bytes',
  async run() {
    const results: Record<string, Measurement> = {};
    const { table, answer, bare, latency } = await served(await flowBytes(ROWS), (url) =>
      inTurn(['bare', 'table', 'answer', 'latency'], url),
    );
    const of = (figures: Figures | undefined, key: string): number => figures?.[key] ?? Number.NaN;
    results['flows-table-200k'] = measurement(of(table, 'ms'), 'ms', of(bare, 'ms'));
    results['flows-answer-200k'] = measurement(of(answer, 'ms'), 'ms', of(bare, 'ms'));
    results['flows-second-question-200k'] = measurement(of(answer, 'second'), 'ms', of(answer, 'ms') / 10);
    results['flows-memory-200k'] = measurement((of(table, 'peak') - of(table, 'idle')) / MB, 'MB', MEMORY_LIMIT_MB);
    results['flows-check-p99'] = measurement(of(latency, 'busy'), 'ms', of(latency, 'idle') * 3);
    const perRow = (of(table, 'ms') * 1_000) / ROWS;
    for (const rows of OTHERS) {
      const { table: other } = await served(await flowBytes(rows), (url) => inTurn(['table'], url));
      results[`flows-per-row-${rows / 1_000}k`] = measurement((of(other, 'ms') * 1_000) / rows, 'µs', perRow);
    }
    return results;
  },
} satisfies Bench;

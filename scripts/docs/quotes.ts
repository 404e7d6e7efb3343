import { execFileSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { callWith } from '../../test/catalogue/call.ts';
import type { Simulated } from '../../test/catalogue/simulated.ts';
import { fence } from './markdown.ts';

/**
 * Quoted output in hand-written pages. Between `<!-- call TOOL {…} -->` and `<!-- end -->` stands what the tool answers on the demo estate,
 * between `<!-- cli ARGS -->` and `<!-- end -->` what the command line prints. `lines=N` before the arguments cuts, visibly. All calls
 * share one estate and run in order: what a page applies it also takes back. `$plan_id` is that of the last plan.
 */
const QUOTE = /<!-- (call|cli)(?: lines=(\d+))? (.+?) -->\n[\s\S]*?<!-- end -->/g;

const ROOT = join(import.meta.dirname, '../..');
const MAX_LINES = 24;
const MAX_WIDTH = 200;

export interface Quote {
  readonly kind: string;
  readonly what: string;
}

export const quotesIn = (page: string): readonly Quote[] =>
  [...page.matchAll(QUOTE)].map(([, kind = '', , what = '']) => ({ kind, what }));

/** The page with every quote made anew. Throws when a quoted call fails, unless its tool name is followed by `!`. */
export async function withQuotes(page: string, { dispatcher }: Pick<Simulated, 'dispatcher'>): Promise<string> {
  let result = '';
  let end = 0;
  let planId = '';
  for (const match of page.matchAll(QUOTE)) {
    const [whole, kind = '', lines, what = ''] = match;
    const limit = lines === undefined ? MAX_LINES : Number(lines);
    const opening = whole.slice(0, whole.indexOf('\n'));
    let quoted: string;
    if (kind === 'cli') {
      quoted = `${fence('bash', `npm run -s cli -- ${what}`)}\n\n${fence('text', cut(commandLine(what), limit))}`;
    } else {
      const [, name = '', expected, json = '{}'] = /^([\w-]+)(!?) (.+)$/.exec(what) ?? [];
      const args: unknown = JSON.parse(json.replaceAll('$plan_id', planId));
      const { text, isError, structured } = await callWith(dispatcher, name, args);
      if (isError !== (expected === '!')) throw new Error(`${what}\n${text}`);
      if (typeof structured['plan_id'] === 'string') planId = structured['plan_id'];
      quoted = `${fence('call', steady(`${name} ${JSON.stringify(args)}`))}\n\n${fence('text', cut(steady(text), limit))}`;
    }
    result += `${page.slice(end, match.index)}${opening}\n\n${quoted}\n\n<!-- end -->`;
    end = match.index + whole.length;
  }
  return result + page.slice(end);
}

/** In an empty folder and an empty environment, so that nobody's settings get into the documentation. */
function commandLine(args: string): string {
  const { PATH = '', HOME = '' } = process.env;
  const main = join(ROOT, 'src/cli/main.ts');
  return execFileSync(process.execPath, [main, ...args.split(' ')], {
    cwd: tmpdir(),
    env: { PATH, HOME },
    encoding: 'utf8',
    maxBuffer: 1e7,
  }).trimEnd();
}

/** What differs from run to run, fixed: the fence of an answer, plan ids, the port of the simulated PCE, times it took. */
function steady(text: string): string {
  const mark = /between the ([0-9a-f]{8}) lines/.exec(text)?.[1];
  const marked = mark === undefined ? text : text.replaceAll(mark, '5f0c2e9a');
  return marked
    .replaceAll(/plan_[0-9a-f]{32}/g, 'plan_4be1c0d97a5f4f1e8c3b2a6d90e7f135')
    .replaceAll(/127\.0\.0\.1( \| |:)\d+/g, '127.0.0.1$19443')
    .replaceAll(/\b\d+ ms\b/g, '12 ms');
}

function cut(text: string, limit: number): string {
  const lines = text
    .trimEnd()
    .split('\n')
    .map((line) => (line.length <= MAX_WIDTH ? line : `${line.slice(0, MAX_WIDTH - 1)}…`).trimEnd());
  if (lines.length <= limit) return lines.join('\n');
  return [...lines.slice(0, limit), `… ${lines.length - limit} more lines`].join('\n');
}

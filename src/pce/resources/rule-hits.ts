import { pipeline } from 'node:stream/promises';
import { CsvError, parse } from 'csv-parse';
import type { Href } from '../../core/href.ts';
import { badAnswer } from '../http/failures.ts';
import { ownHref } from '../own-href.ts';

/** How often a rule was hit, by the VENs' own count (traffic.md §11). Both ends of a flow count, so one flow is about two hits. */
export interface RuleHit {
  readonly hits: number;
  /** At the end of the report; null: never, for as long as the PCE has counted. */
  readonly daysSinceLastHit: number | null;
}

/** A finished rule hit count report. */
export interface RuleHits {
  readonly report: Href;
  readonly generatedAt: string;
  /** By the active href; rules that the report leaves out are not in it. */
  readonly byRule: ReadonlyMap<Href, RuleHit>;
}

const COLUMNS = ['Rule HREF', 'Rule Hit Count', 'Days Since Last Hit'] as const;
const MAX_RECORD_BYTES = 64 * 1024;
const WHOLE = /^-?\d{1,15}$/;

/** Reads the CSV of a report, columns by header name. Throws `pce_bad_answer` for one that is none. */
export async function readRuleHitCsv(
  chunks: AsyncIterable<Uint8Array>,
  org: string,
): Promise<ReadonlyMap<Href, RuleHit>> {
  const byRule = new Map<Href, RuleHit>();
  let columns: readonly number[] | undefined;
  const take = (cells: readonly string[]): void => {
    if (columns === undefined) {
      columns = COLUMNS.map((name) => cells.indexOf(name));
      if (columns.includes(-1)) throw bad(`its header lacks one of ${COLUMNS.join(', ')}`);
      return;
    }
    const [rule = '', hits = '', days = ''] = columns.map((at) => cells[at]);
    const href = ownHref(rule, org);
    if (href === null || !WHOLE.test(hits) || !WHOLE.test(days)) throw bad('a line is no count of a rule');
    byRule.set(href, { hits: Number(hits), daysSinceLastHit: Number(days) < 0 ? null : Number(days) });
  };
  try {
    const parser = parse({ bom: true, max_record_size: MAX_RECORD_BYTES });
    await pipeline(chunks, parser, async (lines: AsyncIterable<readonly string[]>) => {
      for await (const cells of lines) take(cells);
    });
  } catch (error) {
    throw error instanceof CsvError ? bad('a line does not fit the header', error) : error;
  }
  if (columns === undefined) throw bad('it is empty');
  return byRule;
}

const bad = (reason: string, cause?: unknown) =>
  badAnswer(`The rule hit count report could not be read: ${reason}.`, {}, cause);

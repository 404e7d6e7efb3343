import type { Answer } from './answer.ts';
import { csvPart } from './csv.ts';
import { envelopeOf } from './envelope.ts';
import type { ToolResult } from './result.ts';

/** Characters of one part: what clients and proxies take in one message. */
const PART_LENGTH = 4_000_000;

/** All rows of an answer as a CSV file, in parts; what was looked at and where the next part begins stand beside it. */
export function csvFile<Item extends object>(answer: Answer<Item>, from: number): ToolResult {
  const { items, extra: _besideRows, ...rest } = answer;
  const { text, next } = csvPart(items, from, PART_LENGTH);
  const { coverage, totals } = envelopeOf({ ...rest, items }, { maxExtra: Number.POSITIVE_INFINITY, gaps: [] });
  const place = { rows: items.length, from, ...(next === null ? {} : { next }) };
  return { content: [{ type: 'text', text }], structuredContent: { ...place, coverage, totals } };
}

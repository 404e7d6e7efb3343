import type { Answer, Coverage } from './answer.ts';
import { MAX_SENTENCE_LENGTH, sanitiseRecord, sanitiseText } from './sanitise.ts';
import { shrink } from './shrink.ts';

/** Everything of an answer but its rows and cursor, sanitised. */
export interface Envelope {
  readonly answer: string;
  readonly totals: Readonly<Record<string, unknown>>;
  readonly coverage: Coverage;
  readonly next: readonly string[];
  readonly evidence: readonly string[];
  readonly extra: Readonly<Record<string, unknown>>;
}

const MAX_EVIDENCE = 20;
const MAX_NEXT = 10;
const MAX_GAPS = 12;

const sentences = (texts: readonly string[] = []): string[] =>
  texts.map((text) => sanitiseText(text, MAX_SENTENCE_LENGTH));

/** That there are gaps is never cut, only the telling of each. */
const gapsOf = (gaps: readonly string[]): string[] =>
  gaps.length <= MAX_GAPS
    ? sentences(gaps)
    : [...sentences(gaps.slice(0, MAX_GAPS)), `and ${gaps.length - MAX_GAPS} further gaps`];

function coverageOf(coverage: Coverage, gaps: readonly string[], cut: boolean): Coverage {
  const { window, decisions } = coverage;
  return {
    ...coverage,
    ...(window === undefined ? {} : { window: { start: sanitiseText(window.start), end: sanitiseText(window.end) } }),
    ...(decisions === undefined ? {} : { decisions: sentences(decisions) }),
    truncated: coverage.truncated || cut,
    gaps: gapsOf([...coverage.gaps, ...gaps]),
  };
}

/** The envelope of `answer`, with the gaps only the page knows; lists in `extra` shortened to `maxExtra`, which the coverage then says. */
export function envelopeOf<Item>(
  answer: Answer<Item>,
  { maxExtra, gaps }: { readonly maxExtra: number; readonly gaps: readonly string[] },
): Envelope {
  const { value, cut } = shrink(sanitiseRecord(answer.extra ?? {}, MAX_SENTENCE_LENGTH), maxExtra);
  const shortened = cut.length === 0 ? [] : [`shortened to fit: ${cut.join(', ')}`];
  return {
    answer: sanitiseText(answer.answer, MAX_SENTENCE_LENGTH),
    totals: sanitiseRecord(answer.totals),
    coverage: coverageOf(answer.coverage, [...gaps, ...shortened], cut.length > 0),
    next: sentences(answer.next?.slice(0, MAX_NEXT)),
    evidence: sentences(answer.evidence?.slice(0, MAX_EVIDENCE)),
    // `shrink` keeps the kind of what it is given.
    extra: value as Envelope['extra'],
  };
}

/** Less was told than there is, for one more reason. */
export const weakened = (envelope: Envelope, gap: string): Envelope => ({
  ...envelope,
  coverage: { ...envelope.coverage, truncated: true, gaps: [...envelope.coverage.gaps, gap] },
});

/** The structured lane. Further fields cannot replace the envelope's. */
export function structuredOf(
  { answer, totals, coverage, next, evidence, extra }: Envelope,
  items: readonly unknown[],
  cursor: string | undefined,
): Readonly<Record<string, unknown>> {
  return { ...extra, answer, items, totals, coverage, ...(cursor === undefined ? {} : { cursor }), next, evidence };
}

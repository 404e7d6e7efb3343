import type { Asked } from './ask.ts';
import type { Drawn, Tone } from './svg.ts';

/** From the answers of a picture's calls, in their order. Throws when they no longer hold what is to be seen. */
export type Draw = (answers: readonly Asked[]) => { readonly sentence: string; readonly forms: readonly Drawn[] };

export function answer(answers: readonly Asked[], index = 0): Asked {
  const found = answers[index];
  if (found === undefined) throw new Error(`there is no answer ${index}`);
  return found;
}

/** A picture of nothing is a question that lost its data. */
export function some<T>(rows: readonly T[], what: string): readonly T[] {
  if (rows.length === 0) throw new Error(`no ${what}`);
  return rows;
}

const TONES: Readonly<Record<string, Tone>> = {
  allowed: 'green',
  potentially_blocked: 'amber',
  blocked: 'red',
  PASS: 'green',
  WARNING: 'amber',
  FAIL: 'red',
  full: 'green',
  selective: 'blue',
  visibility_only: 'amber',
  deny: 'red',
  override_deny: 'violet',
  allow: 'green',
};

export const toneOf = (word: string): Tone => TONES[word] ?? 'grey';

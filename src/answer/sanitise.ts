import { isHref } from '../core/href.ts';

/** Cells, field values and keys; longer ones end in an ellipsis. */
export const MAX_VALUE_LENGTH = 400;
/** Sentences we compose around values. */
export const MAX_SENTENCE_LENGTH = 2_000;
const MAX_DEPTH = 32;

const LINE_BREAKS = /[\t\n\v\f\r\u0085\u2028\u2029]+/gu;
// Controls, format characters (bidi, tags, zero width), everything Unicode lets a renderer hide, and lone surrogates: the carriers of
// text that a person does not see and a model does (attack 23). Linear: one character class, no quantifier over alternatives.
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\p{Cs}]/gu;
// Markup is broken, not deleted, so that a person still recognises the value: tags, images, links, code fences, URLs (attack 25).
const TAG = /<(?=[\p{L}/!?])/gu;
const IMAGE = /!\[/gu;
const LINK = /\](?=[([])/gu;
const CODE_FENCE = /(?:`{3,}|~{3,})/gu;
const URL_SCHEME = /:\/\//gu;

/** Nothing below would change these: names, numbers, times, most labels. */
const PLAIN = /^[A-Za-z0-9 _.,@=+/()-]*$/;

function capped(text: string, maxLength: number): string {
  if (text.length <= maxLength) return text;
  let end = maxLength - 1;
  const last = text.charCodeAt(end - 1);
  if (last >= 0xd800 && last <= 0xdbff) end -= 1;
  return `${text.slice(0, end)}…`;
}

/**
 * A string from outside as one inert, visible line of at most `maxLength` characters. Idempotent; an href that fits the href grammar
 * is returned as it is. Every string of a tool result passes here, in both lanes.
 */
export function sanitiseText(text: string, maxLength: number = MAX_VALUE_LENGTH): string {
  if (text.length <= maxLength && PLAIN.test(text)) return text;
  if (isHref(text)) return text;
  const visible = text.replace(LINE_BREAKS, ' ').replace(INVISIBLE, '');
  // URLs first: what replaces them has brackets, which must not complete an image or a link.
  const inert = visible
    .replace(URL_SCHEME, '[:]//')
    .replace(TAG, '‹')
    .replace(IMAGE, '! [')
    .replace(LINK, '] ')
    .replace(CODE_FENCE, "'''");
  return capped(inert, maxLength);
}

function sanitisedKey(key: string, taken: ReadonlySet<string>): string {
  const clean = sanitiseText(key);
  let unique = clean;
  for (let n = 2; taken.has(unique); n += 1) unique = `${clean}~${n}`;
  return unique;
}

function sanitiseObject(value: object, maxLength: number, depth: number): Readonly<Record<string, unknown>> {
  const taken = new Set<string>();
  const entries: [string, unknown][] = [];
  for (const [key, child] of Object.entries(value)) {
    if (child === undefined) continue;
    const clean = sanitisedKey(key, taken);
    taken.add(clean);
    entries.push([clean, sanitiseAt(child, maxLength, depth + 1)]);
  }
  // fromEntries defines own properties: a key named __proto__ stays a plain field (attack 39).
  return Object.fromEntries(entries);
}

function sanitiseAt(value: unknown, maxLength: number, depth: number): unknown {
  if (typeof value === 'string') return sanitiseText(value, maxLength);
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (typeof value === 'boolean' || value === null || value === undefined) return value ?? null;
  if (depth >= MAX_DEPTH) return '…';
  if (Array.isArray(value)) return value.map((child: unknown) => sanitiseAt(child, maxLength, depth + 1));
  if (typeof value === 'object') return sanitiseObject(value, maxLength, depth);
  return sanitiseText(typeof value === 'bigint' ? value.toString() : typeof value, maxLength);
}

/** A value with every string and key in it sanitised; numbers that JSON cannot say become null, depth is limited to 32. */
export const sanitise = (value: unknown, maxLength: number = MAX_VALUE_LENGTH): unknown =>
  sanitiseAt(value, maxLength, 0);

/** `sanitise` for an object, which stays one. */
export const sanitiseRecord = (
  value: object,
  maxLength: number = MAX_VALUE_LENGTH,
): Readonly<Record<string, unknown>> => sanitiseObject(value, maxLength, 0);

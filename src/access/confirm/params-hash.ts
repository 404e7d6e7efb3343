import { createHash } from 'node:crypto';

/**
 * SHA-256, in hex, of a call's arguments as the client sent them, without their `_meta`: what a confirmation is bound to. The text hashed is
 * that of Python's `json.dumps(sort_keys=True, separators=(',', ':'))` (reference-server.md §3.4), so that clients of the reference server
 * compute the same. One exception: JSON numbers like `1.0` arrive here as `1`.
 */
export function paramsHash(rawArgs: unknown): string {
  return createHash('sha256').update(canonicalArguments(rawArgs)).digest('hex');
}

/** The text that is hashed. */
export const canonicalArguments = (rawArgs: unknown): string => pythonJson(withoutMeta(rawArgs ?? {}));

function withoutMeta(args: unknown): unknown {
  if (typeof args !== 'object' || args === null || Array.isArray(args)) return args;
  return Object.fromEntries(Object.entries(args).filter(([name]) => name !== '_meta'));
}

function pythonJson(value: unknown): string {
  if (typeof value === 'string') return pythonText(value);
  if (typeof value === 'number') return pythonNumber(value);
  if (Array.isArray(value)) return `[${value.map((item) => pythonJson(item)).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value ?? null);
  const members = Object.entries(value)
    .toSorted(([a], [b]) => byCodePoint(a, b))
    .map(([name, member]) => `${pythonText(name)}:${pythonJson(member)}`);
  return `{${members.join(',')}}`;
}

/** Python compares code points; JavaScript's own order puts surrogate pairs before U+E000. */
function byCodePoint(a: string, b: string): number {
  const [left, right] = [Array.from(a, codePoint), Array.from(b, codePoint)];
  for (const [at, point] of left.entries()) {
    const difference = point - (right[at] ?? -1);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

const codePoint = (character: string): number => character.codePointAt(0) ?? 0;

// JSON.stringify escapes what is below a blank as Python does; Python also escapes everything beyond `~`.
const pythonText = (text: string): string =>
  JSON.stringify(text).replace(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** Python writes exponents from 1e16 and below 1e-4, with two digits; whole numbers it read as such stay whole. */
function pythonNumber(value: number): string {
  if (Number.isSafeInteger(value)) return value === 0 ? '0' : String(value);
  const size = Math.abs(value);
  if (size >= 1e-4 && size < 1e16) return String(value);
  const [mantissa, exponent = '0'] = value.toExponential().split('e');
  const digits = exponent.slice(1).padStart(2, '0');
  return `${mantissa}e${exponent.startsWith('-') ? '-' : '+'}${digits}`;
}

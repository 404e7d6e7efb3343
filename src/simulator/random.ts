/** Deterministic numbers for the simulator: nothing here reads the clock or the system's randomness. */

/** The 32-bit finaliser `lowbias32` of Chris Wellons's hash-prospector (public domain): every input bit reaches every output bit. */
export function mix32(value: number): number {
  let x = value | 0;
  x ^= x >>> 16;
  x = Math.imul(x, 0x7feb352d);
  x ^= x >>> 15;
  x = Math.imul(x, 0x846ca68b);
  return (x ^ (x >>> 16)) >>> 0;
}

const GOLDEN = 0x9e3779b9;

/** Hash of two numbers, 32 bits, unsigned. */
export const mix2 = (a: number, b: number): number => mix32(Math.imul(a, GOLDEN) ^ mix32(b + GOLDEN));

/** FNV-1a over the UTF-16 units of a text, finished with mix32. */
export function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return mix32(hash);
}

/** Hash of any sequence of numbers and texts, 32 bits, unsigned; order matters. */
export function hashOf(...parts: readonly (string | number)[]): number {
  let hash = GOLDEN;
  for (const part of parts) hash = mix2(hash, typeof part === 'number' ? part : hashText(part));
  return hash;
}

/** A hash as a fraction in [0, 1). */
export const fraction = (hash: number): number => hash / 0x1_0000_0000;

export interface Random {
  /** A whole number in [0, bound). */
  below(bound: number): number;
  /** A whole number in [low, high], both included. */
  between(low: number, high: number): number;
  chance(probability: number): boolean;
  pick<T>(list: readonly T[]): T;
  /** `count` different elements, in random order. */
  sample<T>(list: readonly T[], count: number): T[];
}

/** A stream of numbers of its own for every (seed, name): splitmix32, a Weyl sequence through mix32. */
export function createRandom(seed: number, name: string): Random {
  let state = hashOf(seed, name);
  const next = (): number => {
    state = (state + GOLDEN) | 0;
    return mix32(state);
  };
  const below = (bound: number): number => Math.floor(fraction(next()) * bound);
  return {
    below,
    between: (low, high) => low + below(high - low + 1),
    chance: (probability) => fraction(next()) < probability,
    pick(list) {
      if (list.length === 0) throw new RangeError(`nothing to pick from for ${name}`);
      return list[below(list.length)] as (typeof list)[number];
    },
    sample(list, count) {
      if (count > list.length) throw new RangeError(`${count} of ${list.length} wanted for ${name}`);
      const rest = [...list];
      return Array.from({ length: count }, () => rest.splice(below(rest.length), 1)[0] as (typeof list)[number]);
    },
  };
}

/** A UUID of version 4's form, the same for the same parts. */
export function uuidOf(...parts: readonly (string | number)[]): string {
  const base = hashOf(...parts);
  const hex = [0, 1, 2, 3]
    .map((word) =>
      mix2(base, word + 1)
        .toString(16)
        .padStart(8, '0'),
    )
    .join('');
  const variant = '89ab'[mix2(base, 9) & 3] ?? '8';
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** A one-to-one scrambling of [0, size): an affine map whose factor is coprime to the size. `size` up to 2^31. */
export function permutation(size: number, seed: number): (index: number) => number {
  let factor = ((mix32(seed) % size) | 1) % size || 1;
  while (gcd(factor, size) !== 1) factor++;
  const shift = mix2(seed, 1) % size;
  // The product may pass 2^53 for sizes above 2^26; splitting the factor keeps it exact.
  const high = Math.floor(factor / 0x8000);
  const low = factor % 0x8000;
  return (index) => (((((high * index) % size) * 0x8000 + low * index) % size) + shift) % size;
}

function gcd(a: number, b: number): number {
  let [x, y] = [a, b];
  while (y !== 0) [x, y] = [y, x % y];
  return x;
}

/** One number beside the bare limit it is held against, both measured in the same run. */
export interface Measurement {
  readonly value: number;
  readonly unit: string;
  /** The same work done the barest way known. */
  readonly limit: number;
  /** value / limit. */
  readonly ratio: number;
}

export interface Bench {
  readonly name: string;
  readonly about: string;
  /** Measurements by name; a bench may give several. */
  run(): Promise<Readonly<Record<string, Measurement>>>;
}

export const round = (value: number, digits = 2): number => Number(value.toFixed(digits));

export function measurement(value: number, unit: string, limit: number): Measurement {
  return { value: round(value), unit, limit: round(limit), ratio: round(value / limit, 3) };
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted[Math.floor(sorted.length / 2)];
  if (middle === undefined) throw new Error('median of nothing');
  return middle;
}

/** The least disturbed of several runs: what a busy machine adds to the others is not the work's. */
export const best = (values: readonly number[]): number => Math.min(...values);

/** Milliseconds that `work` takes. */
export async function timed(work: () => unknown): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

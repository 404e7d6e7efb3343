import type { Agreement } from './question.ts';

/** Counts how often two words for the same row are the same. */
export function agreementCounter(): {
  add(engine: string, pce: string, rows: number): void;
  result(): Agreement;
} {
  const differences = new Map<string, { engine: string; pce: string; rows: number }>();
  let compared = 0;
  let agreeing = 0;
  return {
    add(engine, pce, rows) {
      compared += rows;
      if (plain(engine) === plain(pce)) {
        agreeing += rows;
        return;
      }
      const key = `${engine} ${pce}`;
      const known = differences.get(key) ?? { engine, pce, rows: 0 };
      known.rows += rows;
      differences.set(key, known);
    },
    result: () => ({
      compared,
      agreeing,
      differences: [...differences.values()].sort((a, b) => b.rows - a.rows || (a.engine < b.engine ? -1 : 1)),
    }),
  };
}

/** Some releases leave the reason away where no rule matches (traffic.md §5.4). */
const plain = (word: string): string => word.replace(/_no_rule$/, '');

import { Failure } from '../core/errors.ts';

const MAX_DEPTH = 32;
const MAX_VALUES = 10_000;

/** Refuses arguments that are a bomb rather than a question (attack 39). Iterative: depth must not become our stack. */
export function refuseBombs(args: unknown): void {
  let values = 0;
  let level: unknown[] = [args];
  for (let depth = 0; level.length > 0; depth++) {
    values += level.length;
    if (depth > MAX_DEPTH || values > MAX_VALUES)
      throw new Failure('invalid_arguments', {
        message: `The arguments are nested deeper than ${MAX_DEPTH} or hold more than ${MAX_VALUES} values.`,
      });
    level = level.flatMap((value): unknown[] =>
      typeof value === 'object' && value !== null ? Object.values(value) : [],
    );
  }
}

import { isObject } from '../core/json.ts';
import { jsonLength } from './budget.ts';

interface Spot {
  readonly path: string;
  readonly list: readonly unknown[];
  readonly length: number;
  readonly without: (shorter: readonly unknown[]) => unknown;
}

function longestList(value: unknown, path: string, rebuild: (child: unknown) => unknown): Spot | undefined {
  let longest: Spot | undefined;
  const consider = (spot: Spot | undefined): void => {
    if (spot !== undefined && spot.length > (longest?.length ?? 0)) longest = spot;
  };
  if (Array.isArray(value)) {
    const list: readonly unknown[] = value;
    if (list.length > 1) consider({ path, list, length: jsonLength(list), without: rebuild });
    list.forEach((child, index) => consider(longestList(child, path, (next) => rebuild(list.with(index, next)))));
  } else if (isObject(value)) {
    for (const [key, child] of Object.entries(value)) {
      consider(longestList(child, path === '' ? key : `${path}.${key}`, (next) => rebuild({ ...value, [key]: next })));
    }
  }
  return longest;
}

/**
 * `value` with its longest lists halved until its JSON has at most `maxLength` characters or no list can get shorter, and the paths
 * of what was shortened.
 */
export function shrink(
  value: unknown,
  maxLength: number,
): { readonly value: unknown; readonly cut: readonly string[] } {
  const cut = new Set<string>();
  let current = value;
  while (jsonLength(current) > maxLength) {
    const spot = longestList(current, '', (next) => next);
    if (spot === undefined) break;
    cut.add(spot.path);
    current = spot.without(spot.list.slice(0, Math.floor(spot.list.length / 2)));
  }
  return { value: current, cut: [...cut] };
}

import { Failure } from '../../core/errors.ts';
import { DIMENSIONS } from '../../model/flows/dimensions.ts';
import type { Dimension } from '../../model/flows/question.ts';

/**
 * Names of a `group_by` as dimensions of a table whose rows carry `labelKeys`; the reference server's `dest_<label>` means
 * `destination_<label>`. Throws `unknown_group_by` with the names that exist: a key no row carries would put everything into one group.
 */
export function dimensionsOf(names: readonly string[], labelKeys: readonly string[]): readonly Dimension[] {
  const known = dimensionNames(labelKeys);
  return names.map((name) => {
    const dimension = name.replace(/^dest_/, 'destination_');
    if (isAmong(dimension, known)) return dimension;
    throw new Failure('unknown_group_by', {
      message: `There is no dimension "${name.slice(0, 60)}".`,
      data: { dimensions: known },
    });
  });
}

/** Everything that can be grouped by. */
const dimensionNames = (labelKeys: readonly string[]): readonly string[] => [
  ...DIMENSIONS,
  ...labelKeys.flatMap((key) => [`source_${key}`, `destination_${key}`]),
];

const isAmong = (name: string, known: readonly string[]): name is Dimension => known.includes(name);

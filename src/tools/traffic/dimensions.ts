import { Failure } from '../../core/errors.ts';
import type { Dimension } from '../../model/flows/question.ts';

// The reference server's names for what has another name in the flow table.
const ALIASES: Readonly<Record<string, Dimension>> = {
  ip_list: 'destination_ip_list',
  dest_app: 'destination_app',
};

const FIXED = [
  'source',
  'destination',
  'source_ip',
  'destination_ip',
  'source_workload',
  'destination_workload',
  'source_ip_list',
  'destination_ip_list',
  'fqdn',
  'port',
  'proto',
  'process',
  'service_name',
  'user',
  'policy',
  'boundary',
  'direction',
  'state',
  'transmission',
  'network',
] as const satisfies readonly Dimension[];

const isFixed = (name: string): name is (typeof FIXED)[number] => (FIXED as readonly string[]).includes(name);

/**
 * Names of a `group_by` as dimensions of a table whose rows carry `labelKeys`. `dest_<label>` means `destination_<label>`. Throws
 * `unknown_group_by` with the names that exist.
 */
export function dimensionsOf(names: readonly string[], labelKeys: readonly string[]): readonly Dimension[] {
  return names.map((name): Dimension => {
    const alias = ALIASES[name];
    if (alias !== undefined) return alias;
    if (isFixed(name)) return name;
    const [, side, key = ''] = /^(source|destination|dest)_(.+)$/.exec(name) ?? [];
    if (side !== undefined && labelKeys.includes(key))
      return side === 'source' ? `source_${key}` : `destination_${key}`;
    throw new Failure('unknown_group_by', {
      message: `There is no dimension "${name.slice(0, 60)}".`,
      data: { dimensions: dimensionNames(labelKeys) },
    });
  });
}

/** Everything that can be grouped by. */
export const dimensionNames = (labelKeys: readonly string[]): readonly string[] => [
  ...FIXED,
  ...labelKeys.flatMap((key) => [`source_${key}`, `destination_${key}`]),
];

import { draftHref } from '../../changes/wire.ts';
import { printTerm } from '../../core/expression.ts';
import { isObject, type JsonObject, type JsonValue } from '../../core/json.ts';
import type { PceView } from '../../pce/view.ts';
import { portText } from '../protocols.ts';

/** What a draft href is called: `app=ordering`, `iplist:RFC1918`, a service's name. */
export type HrefNames = ReadonlyMap<string, string>;

/** Names of everything that policy objects refer to, as it is in the draft. */
export async function hrefNames(pce: PceView, signal: AbortSignal): Promise<HrefNames> {
  const [labels, groups, ipLists, services] = await Promise.all([
    pce.labels({}, { signal }),
    pce.labelGroups('draft', {}, { signal }),
    pce.ipLists('draft', {}, { signal }),
    pce.services('draft', {}, { signal }),
  ]);
  return new Map<string, string>([
    ...labels.items.map(
      ({ href, key, value }) => [href, printTerm({ kind: 'label', key, negated: false, values: [value] })] as const,
    ),
    ...groups.items.map(({ href, name }) => [href, printTerm({ kind: 'group', name })] as const),
    ...ipLists.items.map(({ href, name }) => [href, printTerm({ kind: 'iplist', name })] as const),
    ...services.items.map(({ href, name }) => [href, name] as const),
  ]);
}

/** A value of the API as a person reads it: references by name, ports and ranges in short; nothing is left out. */
export function wireText(value: JsonValue | undefined, names: HrefNames): string {
  if (Array.isArray(value)) return `[${value.map((item: JsonValue) => wireText(item, names)).join(', ')}]`;
  if (value === undefined || value === null || value === '') return 'none';
  if (typeof value !== 'object') return String(value);
  return objectText(value as JsonObject, names); // no array, no null
}

function objectText(object: JsonObject, names: HrefNames): string {
  const { href, exclusion, actors, from_ip: from, to_ip: to, proto, ...rest } = object;
  const not = exclusion === true ? 'not ' : '';
  if (typeof href === 'string') return `${not}${names.get(draftHref(href)) ?? href}`;
  if (typeof actors === 'string') return actors;
  if (typeof from === 'string') return `${not}${from}${typeof to === 'string' ? `-${to}` : ''}${noteOf(rest, names)}`;
  if (typeof proto === 'number') {
    const { port, to_port: toPort, ...more } = rest;
    return `${portText(proto, numberOf(port), numberOf(toPort))}${noteOf(more, names)}`;
  }
  const [only, ...others] = Object.values(rest);
  if (only !== undefined && others.length === 0 && isObject(only)) return `${not}${wireText(only, names)}`;
  return `${not}{${fieldsText(object, names)}}`;
}

const numberOf = (value: JsonValue | undefined): number | null => (typeof value === 'number' ? value : null);

const noteOf = (rest: JsonObject, names: HrefNames): string => {
  const told = fieldsText(rest, names);
  return told === '' ? '' : ` (${told})`;
};

const fieldsText = (object: JsonObject, names: HrefNames): string =>
  Object.entries(object)
    .filter(([, value]) => value !== undefined && value !== null && value !== '')
    .map(([key, value]) => `${key}: ${wireText(value, names)}`)
    .join(', ');

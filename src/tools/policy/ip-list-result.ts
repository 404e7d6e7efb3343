import { hrefOf, textOf } from '../../changes/wire.ts';
import type { JsonObject } from '../../core/json.ts';
import { flag, text, texts } from '../fields.ts';
import { present } from '../present.ts';
import { objectsIn } from './objects-in.ts';

/** What a tool that writes an IP list answers about it, as it stands in the draft. */
export const ipListOutput = {
  href: text,
  name: text,
  description: text,
  ip_ranges: {
    type: 'array',
    items: { type: 'object', properties: { from_ip: text, to_ip: text, description: text, exclusion: flag } },
  },
  fqdns: texts,
} as const;

export function ipListResult(list: JsonObject): Readonly<Record<string, unknown>> {
  return {
    href: hrefOf(list),
    ...present({ name: textOf(list, 'name'), description: textOf(list, 'description') }),
    ip_ranges: objectsIn(list['ip_ranges']).map((range) =>
      present({
        from_ip: textOf(range, 'from_ip'),
        to_ip: textOf(range, 'to_ip'),
        description: textOf(range, 'description'),
        exclusion: range['exclusion'] === true,
      }),
    ),
    fqdns: objectsIn(list['fqdns']).flatMap((name) => textOf(name, 'fqdn') ?? []),
  };
}

import type { JsonObject } from '../../core/json.ts';
import { type AddressSpan, parseAddress, parseSpan } from '../../model/addresses/address.ts';
import { requireGlobal } from '../auth/scope.ts';
import { partial, textParam } from '../http/query.ts';
import { refused } from '../http/refusals.ts';
import { external, flag, list, nullableText, record, text, open } from '../http/schema.ts';
import { bodyCheck } from '../http/validate.ts';
import { objectsIn, textIn } from '../lifecycle/body.ts';
import type { PolicyKind } from '../lifecycle/policy-kind.ts';
import { merged } from '../lifecycle/merged.ts';
import { policyRoutes } from '../lifecycle/policy-routes.ts';
import { SIMULATOR_TOKENS } from '../choices.ts';

const fields = {
  name: text,
  description: text,
  ...external,
  ip_ranges: list(open({ description: text, from_ip: text, to_ip: text, exclusion: flag }, ['from_ip'])),
  fqdns: list(record({ fqdn: text, description: text }, ['fqdn'])),
  ip_list_attribute_id: nullableText,
} as const;

const badRange = (text: string) => refused(SIMULATOR_TOKENS.ipRange[0], `${SIMULATOR_TOKENS.ipRange[1]}: ${text}`);

/** Whether `inner` lies inside `outer` and is smaller. */
const within = (inner: AddressSpan, outer: AddressSpan): boolean =>
  inner.family === outer.family &&
  outer.start <= inner.start &&
  inner.end <= outer.end &&
  (outer.start < inner.start || inner.end < outer.end);

/** A range as it is stored: `exclusion` always there, and one that clients' strict parsers survive (objects.md §7.1). */
function range(wire: JsonObject): {
  readonly wire: JsonObject;
  readonly span: AddressSpan;
  readonly excluded: boolean;
} {
  const from = textIn(wire['from_ip']) ?? '';
  const to = textIn(wire['to_ip']);
  const span = to !== null && from.includes('/') ? null : parseSpan(from, to);
  if (!span) throw badRange(to === null ? from : `${from}-${to}`);
  const start = parseAddress(from.replace(/\/.*$/, ''));
  // Host bits in a CIDR raise in the Python SDK, and an empty range in the Terraform provider.
  if (!start || start.value !== span.start || (to !== null && span.end <= span.start)) throw badRange(from);
  const excluded = wire['exclusion'] === true;
  const { description } = wire;
  return {
    span,
    excluded,
    wire: {
      ...(typeof description === 'string' && { description }),
      from_ip: from,
      ...(to !== null && { to_ip: to }),
      exclusion: excluded,
    },
  };
}

function ranges(given: unknown): readonly JsonObject[] {
  const all = objectsIn(given).map(range);
  const included = all.filter(({ excluded }) => !excluded);
  for (const { excluded, span, wire } of all)
    if (excluded && !included.some((outer) => within(span, outer.span))) throw badRange(textIn(wire['from_ip']) ?? '');
  return all.map(({ wire }) => wire);
}

const kind: PolicyKind = {
  type: 'ip_lists',
  singular: 'ip_list',
  ids: 'integer',
  schema: 'sec_policy_ip_lists_get',
  checkPost: bodyCheck<JsonObject>('sec_policy_ip_lists_post', record(fields, ['name'])),
  checkPut: bodyCheck<JsonObject>('sec_policy_ip_lists_put', record(fields)),
  nameTaken: ['ip_list_name_not_unique', 'IP List name must be unique'],
  referenced: ['ip_list_referenced', 'IP List is referenced'],
  builtIn: ({ id, createdBy }) => id === '1' && createdBy === '/users/0',
  authorise: (_world, caller) => requireGlobal(caller),
  body(_world, given, before) {
    const all = merged(before, given);
    return { ...all, ip_ranges: ranges(all['ip_ranges']), fqdns: all['fqdns'] ?? [] };
  },
  filter(_world, query) {
    const address = partial(query, 'ip_address');
    const fqdn = partial(query, 'fqdn');
    return ({ body }) =>
      (textParam(query, 'ip_address') === undefined ||
        objectsIn(body['ip_ranges']).some((own) => address(textIn(own['from_ip'])) || address(textIn(own['to_ip'])))) &&
      (textParam(query, 'fqdn') === undefined || objectsIn(body['fqdns']).some((own) => fqdn(textIn(own['fqdn']))));
  },
};

/** IP lists (objects.md §7.1). */
export const ipListRoutes = policyRoutes(kind);

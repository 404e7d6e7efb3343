import type { JsonObject } from '../../core/json.ts';
import { parseAddress, parseSpan } from '../../model/addresses/address.ts';
import { list, nullableText, oneOf, record, text } from '../http/schema.ts';
import { bodyCheck, inputValidation } from '../http/validate.ts';
import { hrefOf } from '../lifecycle/body.ts';
import { refusedAs } from '../http/refusals.ts';
import type { RecordKind } from '../records/record-kind.ts';
import { auditFields, recordHref, recordRoutes } from '../records/record-routes.ts';
import type { StoredRecord } from '../records/record-store.ts';

const fields = {
  name: text,
  description: nullableText,
  ips: list(text),
  enforcement_exclusions: { type: ['array', 'null'], items: oneOf('user_sessions', 'api_keys') },
} as const;

const kind: RecordKind = {
  collection: 'access_restrictions',
  path: '/orgs/:org/access_restrictions',
  singular: 'access_restriction',
  schema: 'orgs_access_restrictions_get',
  ids: 'integer',
  checkPost: bodyCheck<JsonObject>('orgs_access_restrictions_post', record(fields, ['name', 'ips'])),
  checkPut: bodyCheck<JsonObject>('orgs_access_restrictions_put', record(fields)),
  body(_world, given, before) {
    for (const ip of addressesIn(given))
      if (!parseSpan(ip))
        throw inputValidation(
          'orgs_access_restrictions_post',
          "The property '#/ips' must be a valid IPv4 or IPv6 address",
        );
    return { description: '', enforcement_exclusions: [], ...before?.body, ...given };
  },
  render: (_world, own) => ({
    ...own.body,
    enforcement_exclusions: own.body['enforcement_exclusions'] ?? [],
    ...auditFields(own),
  }),
  requireUnused(world, own) {
    const href = recordHref(world, kind, own);
    const users = [...world.records.all('auth_security_principals'), ...world.records.all('service_accounts')];
    if (users.some(({ body }) => hrefOf(body['access_restriction']) === href))
      throw refusedAs('accessRestrictionInUse');
  },
};

const addressesIn = ({ ips }: JsonObject): readonly string[] =>
  Array.isArray(ips) ? ips.filter((ip) => typeof ip === 'string') : [];

/** Whether a restriction lets somebody in from an address, by key or session (traffic.md §14). */
export function admits({ body }: StoredRecord, way: 'user_sessions' | 'api_keys', from: string | null): boolean {
  const exclusions = body['enforcement_exclusions'];
  if (Array.isArray(exclusions) && exclusions.includes(way)) return true;
  const address = parseAddress((from ?? '').replace(/^::ffff:/, ''));
  if (!address) return false;
  return addressesIn(body).some((ip) => {
    const span = parseSpan(ip);
    return span !== null && span.family === address.family && span.start <= address.value && address.value <= span.end;
  });
}

/** Addresses from which accounts may call (traffic.md §14). */
export const accessRestrictionRoutes = recordRoutes(kind);

import type { JsonObject, JsonValue } from '../core/json.ts';
import { diffOfObjects } from './object-diff.ts';
import { mapHrefs } from './placeholders.ts';
import type { BareRequest } from './plan.ts';
import { asReferences } from './steps.ts';
import { hrefOf, nameOf, policyTypeOf } from './wire.ts';

/** What a POST of each kind takes (objects.md §5.3, §7, §8); in the order in which they can refer to each other. */
const FIELDS: Readonly<Record<string, readonly string[]>> = {
  label_groups: ['name', 'description', 'key', 'labels', 'sub_groups'],
  services: ['name', 'description', 'process_name', 'service_ports', 'windows_services', 'windows_egress_services'],
  ip_lists: ['name', 'description', 'ip_ranges', 'fqdns'],
  virtual_services: [
    'name',
    'description',
    'service',
    'service_ports',
    'labels',
    'ip_overrides',
    'service_addresses',
    'apply_to',
  ],
  rule_sets: ['name', 'description', 'enabled', 'scopes'],
  enforcement_boundaries: ['name', 'enabled', 'providers', 'consumers', 'ingress_services', 'network_type'],
};
const EXTERNAL = ['external_data_set', 'external_data_reference'] as const;
const DENY_FIELDS = [
  'enabled',
  'description',
  'providers',
  'consumers',
  'ingress_services',
  'egress_services',
  'network_type',
  'unscoped_consumers',
  'override',
] as const;
const ALLOW_FIELDS = [
  'enabled',
  'description',
  'providers',
  'consumers',
  'ingress_services',
  'resolve_labels_as',
  'sec_connect',
  'stateless',
  'machine_auth',
  'consuming_security_principals',
  'unscoped_consumers',
  'network_type',
  'use_workload_subnets',
  ...EXTERNAL,
] as const;

export interface Draft {
  readonly draft: JsonObject;
  /** Null where it was never provisioned. */
  readonly active: JsonObject | null;
}

export interface Reapplied {
  readonly requests: readonly BareRequest[];
  /** Parts of drafts that cannot be made again, in words. */
  readonly lost: readonly string[];
}

/**
 * The requests that put reverted drafts back: edits by PUT, deletions by DELETE, what was new by POST and so under another href, which
 * the requests after it use. Custom iptables rules and kinds this does not know are lost.
 */
export function reapply(drafts: readonly Draft[]): Reapplied {
  const requests: BareRequest[] = [];
  const lost: string[] = [];
  const made = new Map<string, string>();
  const renamed = (value: JsonValue): JsonValue => mapHrefs(value, (href) => made.get(href) ?? href) ?? null;
  const add = (request: BareRequest): string => {
    requests.push({ ...request, ...(request.body === undefined ? {} : { body: renamed(request.body) }) });
    return `{+${requests.length}}`;
  };

  for (const { draft, active } of inOrder(drafts)) {
    const [href, type] = [hrefOf(draft), policyTypeOf(hrefOf(draft)) ?? ''];
    const says = `${type} ${nameOf(draft)}`;
    if (draft['update_type'] === 'delete') {
      add({ method: 'DELETE', path: href, body: undefined, says: `delete ${says} again` });
      continue;
    }
    if (active !== null) {
      const { fields } = diffOfObjects(active, draft);
      const body = Object.fromEntries(fields.map(({ field }) => [field, asReferences(field, draft[field])]));
      if (fields.length > 0) add({ method: 'PUT', path: href, body, says: `change ${says} again` });
    } else {
      const known = FIELDS[type];
      if (known === undefined) {
        lost.push(`${says} (a new one of this kind cannot be made again)`);
        continue;
      }
      const collection = href.slice(0, href.lastIndexOf('/'));
      made.set(
        href,
        add({
          method: 'POST',
          path: collection,
          body: chosen(draft, [...known, ...EXTERNAL]),
          says: `create ${says} again`,
        }),
      );
    }
    const home = made.get(href) ?? href;
    for (const { change, kind, href: ruleHref, fields, rule } of diffOfObjects(active, draft).rules) {
      const what = `a rule of ${nameOf(draft)}`;
      if (kind === 'iptables') lost.push(`an iptables rule of ${nameOf(draft)}`);
      else if (change === 'delete')
        add({ method: 'DELETE', path: ruleHref, body: undefined, says: `delete ${what} again` });
      else if (change === 'update')
        add({
          method: 'PUT',
          path: ruleHref,
          body: Object.fromEntries(fields.map(({ field }) => [field, asReferences(field, rule[field])])),
          says: `change ${what} again`,
        });
      else
        add({
          method: 'POST',
          path: `${home}/${kind === 'allow' ? 'sec_rules' : 'deny_rules'}`,
          body: chosen(rule, kind === 'allow' ? ALLOW_FIELDS : DENY_FIELDS),
          says: `create ${what} again`,
        });
    }
  }
  return { requests, lost };
}

/** Fields that are set, as a POST takes them. */
const chosen = (object: JsonObject, fields: readonly string[]): JsonObject =>
  Object.fromEntries(
    fields.flatMap((field) => {
      const value = object[field];
      const empty =
        value === undefined ||
        value === null ||
        (field === 'egress_services' && Array.isArray(value) && value.length === 0);
      return empty ? [] : [[field, asReferences(field, value)]];
    }),
  );

/** What is new comes before what refers to it; deletions come last, when nothing refers to them any more. */
function inOrder(drafts: readonly Draft[]): readonly Draft[] {
  const kinds = Object.keys(FIELDS);
  const rank = ({ draft }: Draft): number =>
    draft['update_type'] === 'delete' ? kinds.length + 1 : kinds.indexOf(policyTypeOf(hrefOf(draft)) ?? '');
  const sorted = drafts.toSorted((a, b) => rank(a) - rank(b));
  const placed = new Set<string>();
  const isNew = new Set(sorted.filter(({ active }) => active === null).map(({ draft }) => hrefOf(draft)));
  const order: Draft[] = [];
  const place = (one: Draft): void => {
    const href = hrefOf(one.draft);
    if (placed.has(href)) return;
    placed.add(href);
    // Groups may hold groups, which is the one case within a kind.
    const text = JSON.stringify(one.draft);
    for (const other of sorted) {
      const target = hrefOf(other.draft);
      if (target !== href && isNew.has(target) && text.includes(`"${target}"`)) place(other);
    }
    order.push(one);
  };
  for (const one of sorted) place(one);
  return order;
}

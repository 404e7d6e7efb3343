import { Failure } from '../../core/errors.ts';
import type { Href } from '../../core/href.ts';
import { isObject } from '../../core/json.ts';
import type { IpList, LabelGroup, Rule, RuleSet, Service } from '../../model/inventory.ts';
import { type Boundary, readBoundary } from '../../pce/resources/enforcement-boundaries.ts';
import { readIpList } from '../../pce/resources/ip-lists.ts';
import { readLabelGroup } from '../../pce/resources/labels.ts';
import { readRuleSet } from '../../pce/resources/rule-sets.ts';
import { readRule } from '../../pce/resources/rules.ts';
import { readService } from '../../pce/resources/services.ts';

/** The fields of a draft object as a POST or PUT of it has them. */
export type Body = Readonly<Record<string, unknown>>;

/** One kind of policy object: how its wire form is read, and which of its values each wire field sets. */
export interface Kind<T> {
  readonly what: string;
  readonly read: (wire: Body, org: string) => T;
  /** What the reader wants and a change may leave out. */
  readonly least: Body;
  readonly fields: Readonly<Record<string, readonly (keyof T)[]>>;
}

const RULE_FIELDS = {
  enabled: ['enabled'],
  description: ['description'],
  providers: ['providers'],
  consumers: ['consumers'],
  ingress_services: ['services'],
  egress_services: ['egressServices'],
  unscoped_consumers: ['unscopedConsumers'],
  resolve_labels_as: ['resolveLabelsAs'],
  network_type: ['networkType'],
  use_workload_subnets: ['useWorkloadSubnets'],
  stateless: ['stateless'],
  consuming_security_principals: ['consumingSecurityPrincipals'],
  all_ips_except_for_in_providers: ['allIpsExceptFor'],
  all_ips_except_for_in_consumers: ['allIpsExceptFor'],
  override: ['kind'],
} as const satisfies Readonly<Record<string, readonly (keyof Rule)[]>>;

const RULE_LEAST = { providers: [], consumers: [], ingress_services: [] };

export const allowRule: Kind<Rule> = {
  what: 'allow rule',
  read: (wire, org) => readRule(wire, 'allow', org),
  least: RULE_LEAST,
  fields: RULE_FIELDS,
};

export const denyRule: Kind<Rule> = {
  ...allowRule,
  what: 'deny rule',
  read: (wire, org) => readRule(wire, 'deny', org),
};

export const ruleSet: Kind<RuleSet> = {
  what: 'ruleset',
  read: (wire, org) => readRuleSet(wire, org).ruleSet,
  least: { name: 'new ruleset', scopes: [[]], rules: [], deny_rules: [] },
  fields: {
    name: ['name'],
    description: ['description'],
    enabled: ['enabled'],
    scopes: ['scopes'],
  },
};

export const ipList: Kind<IpList> = {
  what: 'IP list',
  read: readIpList,
  least: { name: 'new IP list' },
  fields: { name: ['name'], description: ['description'], ip_ranges: ['ranges'], fqdns: ['fqdns'] },
};

export const service: Kind<Service> = {
  what: 'service',
  read: readService,
  least: { name: 'new service' },
  fields: {
    name: ['name'],
    description: ['description'],
    service_ports: ['kind', 'ports'],
    windows_services: ['kind', 'ports'],
    windows_egress_services: ['kind', 'ports'],
  },
};

export const labelGroup: Kind<LabelGroup> = {
  what: 'label group',
  read: readLabelGroup,
  least: { name: 'new label group', key: '' },
  fields: { name: ['name'], description: ['description'], labels: ['labels'], sub_groups: ['subGroups'], key: ['key'] },
};

export const boundary: Kind<Boundary> = {
  what: 'enforcement boundary',
  read: readBoundary,
  least: { name: 'new boundary', ...RULE_LEAST },
  fields: {
    name: ['name'],
    enabled: ['enabled'],
    providers: ['providers'],
    consumers: ['consumers'],
    ingress_services: ['services'],
    network_type: ['networkType'],
  },
};

/** A new object of a kind. Throws `invalid_arguments` for a body that is none. */
export const created = <T>(kind: Kind<T>, body: Body, href: Href): T => readBody(kind, body, href);

/** `object` with the fields of a body changed. Throws `invalid_arguments` for fields it does not have. */
export function patched<T extends { readonly href: Href }>(kind: Kind<T>, object: T, body: Body): T {
  const unknown = Object.keys(body).filter((field) => !Object.hasOwn(kind.fields, field));
  if (unknown.length > 0)
    throw new Failure('invalid_arguments', {
      message: `A change of ${kind.what} cannot set ${unknown.join(', ').slice(0, 100)}.`,
      remedy: `Give only: ${Object.keys(kind.fields).join(', ')}.`,
    });
  const read = readBody(kind, body, object.href);
  const set = Object.keys(body).flatMap((field) => kind.fields[field] ?? []);
  return { ...object, ...Object.fromEntries(set.map((name) => [name, read[name]])) };
}

function readBody<T>({ what, read, least }: Kind<T>, body: Body, href: Href): T {
  const org = /^\/orgs\/(\d+)\//.exec(href)?.[1] ?? '';
  try {
    return read({ ...least, ...body, href }, org);
  } catch (error) {
    if (!(error instanceof Failure) || error.code !== 'pce_bad_answer') throw error;
    // The reader speaks of the PCE, because it reads its answers; this body came from the caller.
    throw new Failure('invalid_arguments', {
      message: `The object of a changed ${what} is not right: ${error.message.replace(/^The PCE sent an? /, '')}`,
      remedy: 'Write it as the PCE takes it in a POST or PUT.',
    });
  }
}

/** The JSON text of a body. */
export function bodyOf(text: string | undefined): Body {
  if (text === undefined || text.trim() === '') return {};
  try {
    const parsed: unknown = JSON.parse(text);
    if (isObject(parsed)) return parsed;
  } catch {
    // told below
  }
  throw new Failure('invalid_arguments', {
    message: `The object of a change is not a JSON object: ${text.slice(0, 60)}`,
    data: { example: '{"enabled":false}' },
  });
}

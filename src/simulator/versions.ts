import type { JsonObject } from '../core/json.ts';
import { inputValidation } from './http/validate.ts';
import type { ItemsReply, Method, Reply, Route } from './http/route.ts';

/** The releases the simulated PCE can be, oldest first. */
export const PCE_VERSIONS = ['23.5', '24.5', '25.2', '26.3'] as const;
export type PceVersion = (typeof PCE_VERSIONS)[number];

export interface Release {
  readonly version: PceVersion;
  /** What `/product_version` answers. `build` is an integer: GO decodes it as one (objects.md §2.4). */
  readonly product: {
    readonly version: string;
    readonly build: number;
    readonly long_display: string;
    readonly short_display: string;
    readonly release_info: string;
    readonly engineering_info: string;
    readonly product_name: string;
  };
  /** Whether what came with `version` is there. */
  has(version: PceVersion): boolean;
}

/** Patch levels: the newest the fact sheets name for each release, else the first of the line. */
const BUILDS: Readonly<Record<PceVersion, readonly [version: string, build: number]>> = {
  '23.5': ['23.5.30', 17],
  '24.5': ['24.5.10', 31],
  '25.2': ['25.2.10', 42],
  '26.3': ['26.3.0', 12],
};

export function releaseOf(version: PceVersion = '25.2'): Release {
  const [number, build] = BUILDS[version];
  return {
    version,
    product: {
      version: number,
      build,
      long_display: `${number}-${build}`,
      short_display: number,
      release_info: '',
      engineering_info: '',
      product_name: 'PCE',
    },
    has: (other) => PCE_VERSIONS.indexOf(other) <= PCE_VERSIONS.indexOf(version),
  };
}

const POLICY = '/orgs/:org/sec_policy/:version';

/** Endpoints by the first of our releases that has them (objects.md §0.2, traffic.md §17, the two published indexes); a star is any method. */
const ENDPOINTS: readonly (readonly [endpoint: `${Method | '*'} ${string}`, since: PceVersion])[] = [
  [`* ${POLICY}/rule_sets/:ruleSet/deny_rules`, '24.5'],
  [`* ${POLICY}/rule_sets/:ruleSet/deny_rules/:id`, '24.5'],
  [`* /orgs/:org/label_mapping_rules`, '24.5'],
  [`* /orgs/:org/label_mapping_rules/**`, '24.5'],
  [`GET ${POLICY}/policy_check`, '25.2'],
  ['PUT /orgs/:org/vens/remote_action', '25.2'],
  ['PUT /orgs/:org/vens/bulk_transplant', '26.3'],
  ['* /orgs/:org/ip_list_attributes', '26.3'],
  ['* /orgs/:org/ip_list_attributes/**', '26.3'],
  ['* /orgs/:org/inactive_ven_cleanup_schedules', '26.3'],
  ['* /orgs/:org/inactive_ven_cleanup_schedules/**', '26.3'],
  ['* /orgs/:org/security_principal_users', '26.3'],
  ['* /orgs/:org/security_principal_users/**', '26.3'],
];

/** Fields of answers and bodies below a path, by the first release that has them. `[]` stands for each item of a list. */
const FIELDS: readonly (readonly [below: string, fields: readonly string[], since: PceVersion])[] = [
  [`${POLICY}/rule_sets`, ['deny_rules'], '24.5'],
  [
    `${POLICY}/rule_sets`,
    ['providers', 'consumers'].map((side) => `deny_rules.[].${side}.[].exclusion`),
    // Label exclusion in deny rules (objects.md §8.5).
    '25.2',
  ],
  [`${POLICY}/rule_sets/:ruleSet/deny_rules`, ['providers', 'consumers'].map((side) => `${side}.[].exclusion`), '25.2'],
  ['/orgs/:org/traffic_flows', ['data_sources'], '24.5'],
  [`${POLICY}/rule_search`, ['rule_types'], '25.2'],
  [
    `${POLICY}/rule_sets`,
    ['', 'rules.[].', 'deny_rules.[].'].flatMap((at) =>
      ['consumers', 'providers'].map((side) => `${at}all_ips_except_for_in_${side}`),
    ),
    '26.3',
  ],
  [
    `${POLICY}/rule_search`,
    ['sec_rules', 'deny_rules', 'override_deny_rules'].flatMap((kind) =>
      ['consumers', 'providers'].map((side) => `${kind}.[].all_ips_except_for_in_${side}`),
    ),
    '26.3',
  ],
  [`${POLICY}/ip_lists`, ['ip_list_attribute', 'ip_list_attribute_id'], '26.3'],
  [
    '/orgs/:org/settings',
    ['max_rule_search_provider_consumer_entities', 'total_internet_address_space', 'total_lateral_address_space'],
    '26.3',
  ],
  ['/orgs/:org/security_principals', ['id', 'members', 'created_at', 'updated_at'], '26.3'],
  ['/orgs/:org/label_mapping_rules', ['overwrite'], '26.3'],
  ['/users', ['display_name'], '26.3'],
  ['/orgs/:org/vens', ['golden_image'], '26.3'],
  [
    '/orgs/:org/vens',
    ['at', 'num_cidrs', 'num_rules'].map((what) => `workloads.[].security_policy_last_delivered_${what}`),
    '26.3',
  ],
  [
    '/orgs/:org/workloads',
    ['at', 'num_cidrs', 'num_rules'].map((what) => `agent.status.security_policy_last_delivered_${what}`),
    '26.3',
  ],
  ['/orgs/:org/workloads', ['container_policy_convergence_status'], '26.3'],
  ['/orgs/:org/kubernetes_workloads', ['container_policy_convergence_status'], '26.3'],
  ['/orgs/:org/container_clusters', ['nodes.[].name'], '26.3'],
];

/** The routes a release has. */
export const routesIn = <R extends Pick<Route, 'method' | 'path'>>(
  release: Release,
  routes: readonly R[],
): readonly R[] =>
  routes.filter((route) => ENDPOINTS.every(([endpoint, since]) => release.has(since) || !isAt(endpoint, route)));

function isAt(endpoint: string, { method, path }: Pick<Route, 'method' | 'path'>): boolean {
  const [own = '', at = ''] = endpoint.split(' ');
  if (own !== '*' && own !== method) return false;
  return at.endsWith('/**') ? path.startsWith(at.slice(0, -'**'.length)) : path === at;
}

/** Paths of the fields a release does not have yet, on one route. */
function missingFields(release: Release, path: string): readonly (readonly string[])[] {
  return FIELDS.filter(([below, , since]) => !release.has(since) && (path === below || path.startsWith(`${below}/`)))
    .flatMap(([, fields]) => fields)
    .map((field) => field.split('.'));
}

/** What a release makes of one route: it refuses bodies with fields it does not know, and leaves such fields out of its answers. */
export interface Dialect {
  /** Throws 406. */
  check(body: unknown): void;
  speak(reply: Reply): Reply;
}

/** The dialect of each route; asked once per route and kept by the caller. */
export function dialectOf(release: Release, { method, path }: Pick<Route, 'method' | 'path'>): Dialect {
  const missing = missingFields(release, path);
  if (missing.length === 0) return { check: () => {}, speak: (reply) => reply };
  const schema = `${path
    .split('/')
    .slice(3)
    .filter((part) => !part.startsWith(':'))
    .join('_')}_${method.toLowerCase()}`;
  return {
    check(body) {
      for (const field of missing) {
        const found = firstWith(body, field, '#');
        if (found === null) continue;
        const extra = JSON.stringify([field.at(-1)]);
        throw inputValidation(
          schema,
          `The property '${found === '#' ? '#/' : found}' contains additional properties ${extra} outside of the schema when none are allowed`,
        );
      }
    },
    speak(reply) {
      if ('items' in reply) {
        const items: ItemsReply = { ...reply, render: (item) => without(reply.render(item), missing) };
        return items;
      }
      return 'json' in reply ? { ...reply, json: without(reply.json, missing) } : reply;
    },
  };
}

const isRecord = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Where a value has the field, as a pointer to what holds it; null: nowhere. */
function firstWith(value: unknown, [step, ...rest]: readonly string[], at: string): string | null {
  if (step === '[]') {
    if (!Array.isArray(value)) return null;
    for (const [index, item] of value.entries()) {
      const found = firstWith(item, rest, `${at}/${index}`);
      if (found !== null) return found;
    }
    return null;
  }
  if (step === undefined || !isRecord(value) || !(step in value)) return null;
  return rest.length === 0 ? at : firstWith(value[step], rest, `${at}/${step}`);
}

/** A copy of an answer, or of each item of a list, without the fields. */
const without = (answer: unknown, fields: readonly (readonly string[])[]): unknown =>
  Array.isArray(answer)
    ? answer.map((item: unknown) => without(item, fields))
    : fields.reduce((left: unknown, field) => cut(left, field), answer);

function cut(value: unknown, [step, ...rest]: readonly string[]): unknown {
  if (step === '[]') return Array.isArray(value) ? value.map((item: unknown) => cut(item, rest)) : value;
  if (step === undefined || !isRecord(value) || !(step in value)) return value;
  if (rest.length > 0) return { ...value, [step]: cut(value[step], rest) };
  const { [step]: _cut, ...left } = value;
  return left;
}

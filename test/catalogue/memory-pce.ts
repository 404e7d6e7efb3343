import { Failure } from '../../src/core/errors.ts';
import { parseExpression } from '../../src/core/expression.ts';
import { type Href, href } from '../../src/core/href.ts';
import type {
  IpList,
  Label,
  LabelGroup,
  LabelRef,
  PceEvent,
  Rule,
  RuleSet,
  Service,
  Ven,
  Workload,
} from '../../src/model/inventory.ts';
import type { TrafficActor } from '../../src/pce/traffic/query.ts';
import type { RuleHitCounts } from '../../src/pce/reads/rule-hits.ts';
import type { Listing, PceStatus, PceView, ReadOptions, Resolver, TrafficItems } from '../../src/pce/view.ts';

export interface Contents {
  readonly labels?: readonly Label[];
  readonly workloads?: readonly Workload[];
  readonly vens?: readonly Ven[];
  readonly labelGroups?: readonly LabelGroup[];
  readonly ipLists?: readonly IpList[];
  readonly services?: readonly Service[];
  readonly ruleSets?: readonly RuleSet[];
  readonly events?: readonly PceEvent[];
  readonly status?: PceStatus;
  /** Raw flow records, or bytes to send in their place. */
  readonly flows?: readonly object[] | string;
  /** What the PCE announces; by default as many rows as there are. */
  readonly flowsCount?: number;
  readonly ruleHits?: RuleHitCounts;
}

export interface AskedListing {
  readonly method: string;
  readonly args: readonly unknown[];
}

// Each is another PCE: what was read from one must not be taken for another's.
let made = 0;

/**
 * A PCE in memory for tests of single tools: it answers every listing with what it was given, cut to `maxResults`, and records what it
 * was asked. Filters are the PCE's business and are tested against the simulator.
 */
export function memoryPce(contents: Contents): PceView & { readonly asked: readonly AskedListing[] } {
  const asked: AskedListing[] = [];
  const list =
    <Item>(method: string, items: readonly Item[] = []) =>
    (...args: readonly unknown[]): Promise<Listing<Item>> => {
      asked.push({ method, args });
      const { maxResults = items.length } = (args.at(-1) ?? {}) as ReadOptions;
      const read = items.slice(0, maxResults);
      const complete = read.length === items.length;
      return Promise.resolve({ items: read, matched: items.length, complete, cap: complete ? null : maxResults });
    };
  const { labels = [], status } = contents;
  return {
    asked,
    identity: `memory ${(made += 1)}`,
    writes: () => 0,
    status: () => (status ? Promise.resolve(status) : Promise.reject(new Failure('pce_unreachable'))),
    labels: list('labels', labels),
    workloads: list('workloads', contents.workloads),
    vens: list('vens', contents.vens),
    labelGroups: list('labelGroups', contents.labelGroups),
    ipLists: list('ipLists', contents.ipLists),
    services: list('services', contents.services),
    ruleSets: list('ruleSets', contents.ruleSets),
    boundaries: list('boundaries'),
    virtualServices: list('virtualServices'),
    serviceBindings: list('serviceBindings'),
    containerClusters: list('containerClusters'),
    containerProfiles: list('containerProfiles'),
    kubernetesWorkloads: list('kubernetesWorkloads'),
    pairingProfiles: list('pairingProfiles'),
    events: list('events', contents.events),
    ruleHits: () => Promise.resolve(contents.ruleHits ?? { kind: 'none', why: 'this PCE has no such reports' }),
    resolve: resolver(labels),
    traffic: (query) => {
      asked.push({ method: 'traffic', args: [query] });
      const { flows = [], flowsCount } = contents;
      return Promise.resolve({
        href: href('/orgs/1/traffic_flows/async_queries/q1'),
        flowsCount: flowsCount ?? (typeof flows === 'string' ? null : flows.length),
        matchesCount: 4711,
        open: () => Promise.resolve({ encoding: 'identity' as const, chunks: chunksOf(flows) }),
        discard: () => {
          asked.push({ method: 'discard', args: [] });
          return Promise.resolve();
        },
      });
    },
  };
}

async function* chunksOf(flows: readonly object[] | string): AsyncGenerator<Uint8Array> {
  yield new TextEncoder().encode(typeof flows === 'string' ? flows : JSON.stringify(flows));
}

function resolver(labels: readonly Label[]): Resolver {
  const find = (key: string, value: string): Label => {
    const found = labels.find((label) => label.key === key && label.value === value);
    if (found) return found;
    throw new Failure('label_not_found', { data: { key, value } });
  };
  const hrefs = (expression: string | readonly string[]): readonly (readonly Href[])[] => {
    const { terms } = parseExpression(typeof expression === 'string' ? expression : expression.join(' '));
    return [
      terms.flatMap((term): readonly Href[] => {
        if (term.kind === 'href') return [term.href];
        if (term.kind !== 'label') throw new Failure('invalid_expression');
        return term.values.map((value) => find(term.key, value).href);
      }),
    ];
  };
  const actor = (item: string): TrafficActor => ({ label: hrefs(item)[0]?.[0] ?? href('/nothing') });
  const alternatives = (items: TrafficItems): readonly (readonly TrafficActor[])[] => {
    const blocks = items.some((item) => typeof item !== 'string') ? items : [items];
    return blocks.map((block) => [block].flat(2).map(actor));
  };
  const none = (): Promise<never> => Promise.reject(new Failure('not_found'));
  return {
    label: async (key, value) => find(key, value),
    labelFilter: async (expression) => hrefs(expression),
    workloadFilter: async (expression) => ({ labels: hrefs(expression) }),
    labelGroup: none,
    ipList: none,
    service: none,
    ruleSet: none,
    workload: none,
    sources: async (include, exclude) => ({ include: alternatives(include), exclude: exclude.map(actor) }),
    destinations: async (include, exclude) => ({ include: alternatives(include), exclude: exclude.map(actor) }),
  };
}

const when = { createdAt: '2025-01-01T00:00:00.000Z', updatedAt: '2025-02-01T00:00:00.000Z' };
const foreign = { externalDataSet: null, externalDataReference: null };

export const label = (id: number, key: string, value: string): Label => ({
  ...when,
  ...foreign,
  href: href(`/orgs/1/labels/${id}`),
  key,
  value,
  deleted: false,
  usage: null,
});

const ref = ({ href, key, value }: Label): LabelRef => ({ href, key, value });

export const workload = (
  id: number,
  name: string,
  labels: readonly Label[],
  rest: Partial<Workload> = {},
): Workload => ({
  ...when,
  ...foreign,
  href: href(`/orgs/1/workloads/w${id}`),
  name,
  hostname: `${name}.example.com`,
  description: null,
  managed: true,
  online: true,
  mode: 'visibility_only',
  visibility: 'flow_summary',
  labels: labels.map(ref),
  interfaces: [{ name: 'eth0', address: `10.0.0.${id}`, cidrBlock: 24, gateway: null }],
  publicIp: null,
  osId: 'ubuntu-x86_64-jammy',
  osDetail: null,
  openPorts: [],
  ven: null,
  ...rest,
});

const draft = (collection: string, id: number) => ({
  ...when,
  href: href(`/orgs/1/sec_policy/draft/${collection}/${id}`),
  updateType: null,
});

export const ipList = (id: number, name: string, ranges: readonly string[], rest: Partial<IpList> = {}): IpList => ({
  ...draft('ip_lists', id),
  name,
  description: null,
  ranges: ranges.map((from) => ({ from, to: null, exclusion: false, description: null })),
  fqdns: [],
  ...rest,
});

export const service = (id: number, name: string, port: number | null, rest: Partial<Service> = {}): Service => ({
  ...draft('services', id),
  name,
  description: null,
  process: null,
  kind: 'ports',
  ports: [{ proto: 6, port, toPort: null, icmpType: null, icmpCode: null, process: null, windowsService: null }],
  ransomware: null,
  ...rest,
});

export const labelGroup = (id: number, name: string, key: string, labels: readonly Label[]): LabelGroup => ({
  ...draft('label_groups', id),
  name,
  description: null,
  key,
  labels: labels.map(ref),
  subGroups: [],
});

export const rule = (ruleSet: number, id: number, rest: Partial<Rule> = {}): Rule => ({
  ...when,
  href: href(`/orgs/1/sec_policy/draft/rule_sets/${ruleSet}/sec_rules/${id}`),
  updateType: null,
  kind: 'allow',
  enabled: true,
  description: null,
  providers: [{ kind: 'ams' }],
  consumers: [{ kind: 'ams' }],
  services: [],
  egressServices: [],
  unscopedConsumers: false,
  resolveLabelsAs: { providers: ['workloads'], consumers: ['workloads'] },
  consumingSecurityPrincipals: [],
  networkType: 'brn',
  useWorkloadSubnets: [],
  stateless: false,
  allIpsExceptFor: [],
  ...rest,
});

export const ruleSet = (id: number, name: string, rules: readonly Rule[], rest: Partial<RuleSet> = {}): RuleSet => ({
  ...draft('rule_sets', id),
  name,
  description: null,
  enabled: true,
  scopes: [[]],
  rules,
  ...rest,
});

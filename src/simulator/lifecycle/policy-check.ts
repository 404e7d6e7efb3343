import { isIP } from 'node:net';
import type { Href } from '../../core/href.ts';
import type { JsonObject } from '../../core/json.ts';
import type { EndDecision, FlowEnd, FlowQuestion } from '../../model/policy/decision.ts';
import { decideFlow } from '../decide.ts';
import { integerParam, textParam } from '../http/query.ts';
import { invalidUri } from '../http/refusals.ts';
import { collection, type Request, type Route } from '../http/route.ts';
import { inputValidation } from '../http/validate.ts';
import { idIn } from '../objects/wire.ts';
import type { WorldState } from '../world-state.ts';
import { objectsIn } from './body.ts';
import type { RuleRecord } from './object.ts';
import type { Versioned } from './policy-store.ts';
import { type PolicyView, renderObject, renderRule } from './policy-wire.ts';
import { versionOf } from './version.ts';

type Call = Request<WorldState>;

const MAX_RULES = 500;
const SCHEMA = 'sec_policy_policy_check_get';

/** One side of the question, by `src_` or `dst_` parameters (objects.md §10.6). */
function end({ world, query }: Call, side: 'src' | 'dst'): FlowEnd {
  const href = textParam(query, `${side}_workload`);
  if (href !== undefined) {
    const record = world.workload(idIn(`/orgs/${world.orgId}/workloads`, href) ?? '');
    const [first] = record?.interfaces ?? [];
    if (!record) throw invalidUri(href);
    // The workload exists, so its href is one of the simulator's own.
    return { ip: first?.address ?? '0.0.0.0', workload: href as Href };
  }
  const ip = textParam(query, `${side}_external_ip`);
  if (ip === undefined) throw missing(`${side}_external_ip`);
  if (isIP(ip) === 0)
    throw inputValidation(SCHEMA, `The property '#/${side}_external_ip' must be a valid IPv4 or IPv6 address`);
  return { ip };
}

const missing = (name: string) =>
  inputValidation(SCHEMA, `The property '#/' did not contain a required property of '${name}'`);

type Service = Pick<FlowQuestion, 'proto' | 'port' | 'icmpType' | 'icmpCode' | 'process' | 'windowsService'>;

/** A port and protocol, or every entry of a service. */
function services({ world, query }: Call): readonly Service[] {
  const href = textParam(query, 'service');
  if (href === undefined) {
    const proto = integerParam(query, 'protocol');
    if (proto === undefined) throw missing('protocol');
    return [{ proto, port: integerParam(query, 'port') }];
  }
  const object = world.policies.byHref(href);
  const body = object && world.policies.inObject(object, 'draft')?.body;
  if (!object || !body || object.type !== 'services') throw invalidUri(href);
  const number = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined);
  const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
  return [...objectsIn(body['service_ports']), ...objectsIn(body['windows_services'])].map((entry) => ({
    proto: number(entry['proto']) ?? 6,
    port: number(entry['port']),
    icmpType: number(entry['icmp_type']),
    icmpCode: number(entry['icmp_code']),
    process: text(entry['process_name']),
    windowsService: text(entry['service_name']),
  }));
}

/** Every rule of every class that matches the flow at either end, as the engine sees it. */
function matching(request: Call): ReadonlySet<string> {
  const { world, query } = request;
  const source = world.policyAt(versionOf(request));
  const network = textParam(query, 'network_type') === 'non_brn' ? 'non_brn' : 'brn';
  const src = end(request, 'src');
  const dst = end(request, 'dst');
  const found = new Set<string>();
  for (const service of services(request)) {
    const { ends } = decideFlow(source, { src, dst, network, ...service });
    for (const own of [ends.source, ends.destination]) for (const href of rulesOf(own)) found.add(href);
  }
  return found;
}

const rulesOf = (own: EndDecision | null): readonly string[] =>
  own ? [...own.rules, ...own.runnersUp.map(({ rule }) => rule), ...own.maybe] : [];

export interface Found {
  readonly ruleSet: Versioned;
  readonly rule: RuleRecord;
}

function records({ world, params }: Call, hrefs: ReadonlySet<string>): readonly Found[] {
  const version = versionOf({ world, params });
  return [...hrefs].flatMap((href): Found[] => {
    const [, ruleSetId, kind, id] = /\/rule_sets\/(\d+)\/(sec_rules|deny_rules)\/(\d+)$/.exec(href) ?? [];
    if (ruleSetId === undefined) return [];
    const ruleSet = world.policies.read('rule_sets', ruleSetId, version);
    const rule = ruleSet.content.rules.find((own) => own.kind === kind && String(own.id) === id);
    return rule ? [{ ruleSet, rule }] : [];
  });
}

const viewOf = (request: Call): PolicyView => ({
  world: request.world,
  caller: request.caller,
  version: versionOf(request),
  expanded: true,
});

/** A rule spelt out, with its rule set beside it. */
export function renderFound(view: PolicyView, { ruleSet, rule }: Found): JsonObject {
  const { object, content } = ruleSet;
  const {
    rules: _rules,
    deny_rules: _denyRules,
    ip_tables_rules: _ipTables,
    ...summary
  } = renderObject(view, object, { ...content, rules: [] });
  const href = view.world.policies.href(object, view.version);
  return { ...renderRule(view, href, rule), rule_set: { ...summary, update_label: null } };
}

/** `override_deny_rules` apart from the deny rules they are kept with (objects.md §8.5). */
export const kindOf = ({ rule }: Found): string => {
  if (rule.kind !== 'deny_rules') return rule.kind;
  return rule.body['override'] === true ? 'override_deny_rules' : 'deny_rules';
};

/** `allow` and `policy_check` (objects.md §10.6), answered by the policy engine. */
export const policyCheckRoutes: readonly Route<WorldState>[] = [
  {
    method: 'GET',
    path: '/orgs/:org/sec_policy/:version/allow',
    access: 'read',
    collection: true,
    schema: 'sec_policy_allow_get',
    handle(request) {
      const view = viewOf(request);
      const found = records(request, matching(request)).filter((own) => own.rule.kind === 'sec_rules');
      return collection(found.slice(0, MAX_RULES), found.length, (own) => renderFound(view, own));
    },
  },
  {
    method: 'GET',
    path: '/orgs/:org/sec_policy/:version/policy_check',
    access: 'read',
    schema: SCHEMA,
    handle(request) {
      const view = viewOf(request);
      const found = records(request, matching(request));
      const of = (kind: string) =>
        found
          .filter((own) => kindOf(own) === kind)
          .slice(0, MAX_RULES)
          .map((own) => renderFound(view, own));
      return {
        status: 200,
        json: {
          sec_rules: of('sec_rules'),
          deny_rules: of('deny_rules'),
          override_deny_rules: of('override_deny_rules'),
        },
      };
    },
  },
];

import type { Href } from '../../core/href.ts';
import type { JsonObject } from '../../core/json.ts';
import type { FlowEnd } from '../../model/policy/decision.ts';
import { flagParam } from '../http/query.ts';
import { invalidUri, refusedAs } from '../http/refusals.ts';
import type { Request, Route } from '../http/route.ts';
import { integer, list, open, record, text } from '../http/schema.ts';
import { bodyCheck } from '../http/validate.ts';
import { hrefOf, isJsonObject, objectsIn, textIn } from '../lifecycle/body.ts';
import { selectWorkloads } from '../lifecycle/select-workloads.ts';
import { versionOf } from '../lifecycle/version.ts';
import { workloadHref } from '../objects/wire.ts';
import type { StoredWorkload } from '../objects/workload-store.ts';
import type { WorldState } from '../world-state.ts';
import { draftReporter } from './judge.ts';

const MOST_EDGES = 1000;
const service = record(
  { protocol: integer, port: integer, os_type: text, process_name: text, windows_service_name: text },
  ['protocol'],
);
const check = bodyCheck<readonly JsonObject[]>(
  'sec_policy_rule_coverage_post',
  list(
    open({ source: open({}), destination: open({}), services: list(service) }, ['source', 'destination', 'services']),
    {
      maxItems: MOST_EDGES,
    },
  ),
);

/**
 * An end of an edge as an end of a flow: a workload, an address of a list, or some workload with the labels. Null: nobody has them. Other
 * ends are refused: nothing is published about what a PCE makes of them.
 */
function endOf(world: WorldState, end: unknown): FlowEnd | null {
  const given = isJsonObject(end) ? end : {};
  const workload = hrefOf(given['workload']);
  if (workload !== null) {
    const found = world.workloads.get(workload.slice(workload.lastIndexOf('/') + 1));
    if (!found || found.deleted) throw invalidUri(workload);
    return endAt(world, found);
  }
  const list = hrefOf(given['ip_list']);
  if (list !== null) {
    const object = world.policies.byHref(list);
    const body = object?.type === 'ip_lists' ? world.policies.inObject(object, 'draft')?.body : null;
    if (!body) throw invalidUri(list);
    const [range] = objectsIn(body['ip_ranges']);
    return range ? { ip: (textIn(range['from_ip']) ?? '').replace(/\/.*$/, '') } : null;
  }
  if (Array.isArray(given['labels'])) {
    const entries = objectsIn(given['labels']).map((label) => ({ label: { href: hrefOf(label) } }));
    for (const found of selectWorkloads(world, entries, [[]])) return endAt(world, found);
    return null;
  }
  throw refusedAs('coverageEnd');
}

const endAt = (world: WorldState, { record: { id, interfaces } }: StoredWorkload): FlowEnd => ({
  ip: interfaces[0]?.address ?? '0.0.0.0',
  // One of the simulator's own.
  workload: workloadHref(world.orgId, id) as Href,
});

/** Numbers rules in the order in which they turn up. */
function numbering() {
  const numbers = new Map<string, string>();
  return {
    of(href: string): string {
      const known = numbers.get(href) ?? String(numbers.size);
      numbers.set(href, known);
      return known;
    },
    all: () => Object.fromEntries([...numbers].map(([href, number]) => [number, href])),
  };
}

function coverage(request: Request<WorldState>) {
  const { world, body, query } = request;
  const edges = check(body);
  const reports = draftReporter(world.policyAt(versionOf(request)));
  const [rules, denies, overrides] = [numbering(), numbering(), numbering()];
  const found = edges.map(({ source, destination, services }) => {
    const [src, dst] = [endOf(world, source), endOf(world, destination)];
    return objectsIn(services).map(({ protocol, port, process_name, windows_service_name }) => {
      if (!src || !dst) return { allow: [], deny: [], override: [] };
      const report = reports({
        src,
        dst,
        proto: Number(protocol),
        port: typeof port === 'number' && port >= 0 ? port : undefined,
        process: textIn(process_name) ?? undefined,
        windowsService: textIn(windows_service_name) ?? undefined,
      });
      return {
        allow: report.rules.map((href) => rules.of(href)),
        deny: report.boundaries.map((href) => denies.of(href)),
        override: report.overrideDenies.map((href) => overrides.of(href)),
      };
    });
  });
  const of = (kind: 'allow' | 'deny' | 'override') => found.map((services) => services.map((own) => own[kind]));
  return {
    status: 200,
    json: {
      rules: rules.all(),
      edges: of('allow'),
      ...(flagParam(query, 'include_deny_rules') && {
        deny_rules: denies.all(),
        deny_edges: of('deny'),
        override_deny_rules: overrides.all(),
        override_deny_edges: of('override'),
      }),
    },
  };
}

/** Which rules cover which edges (objects.md §10.8): private, and what the pages of a PCE and PYLO ask. */
export const ruleCoverageRoute: Route<WorldState> = {
  method: 'POST',
  path: '/orgs/:org/sec_policy/:version/rule_coverage',
  access: 'read',
  handle: coverage,
};

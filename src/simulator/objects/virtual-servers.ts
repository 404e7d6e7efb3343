import type { JsonObject } from '../../core/json.ts';
import { requireGlobal } from '../auth/scope.ts';
import { SIMULATOR_TOKENS } from '../choices.ts';
import { exact } from '../http/query.ts';
import { refusedAs } from '../http/refusals.ts';
import { either, external, list, oneOf, record, text } from '../http/schema.ts';
import { bodyCheck } from '../http/validate.ts';
import { hrefOf, textIn } from '../lifecycle/body.ts';
import { merged } from '../lifecycle/merged.ts';
import type { PolicyKind } from '../lifecycle/policy-kind.ts';
import { policyRoutes } from '../lifecycle/policy-routes.ts';
import { discoveredFilter } from '../load-balancers/discovered-filter.ts';
import { labelIdsIn, storedLabels } from '../records/fields.ts';
import type { StoredRecord } from '../records/record-store.ts';
import type { WorldState } from '../world-state.ts';
import { labelFilter } from './label-filter.ts';
import { lastSegment } from './wire.ts';

const onlyHref = record({ href: text }, ['href']);

const fields = {
  name: text,
  description: text,
  ...external,
  labels: list(record({ href: text }, ['href'])),
  service: onlyHref,
  providers: list(either(record({ label: onlyHref }, ['label']), record({ workload: onlyHref }, ['workload']))),
  discovered_virtual_server: onlyHref,
  mode: oneOf('unmanaged', 'enforced'),
} as const;

const REQUIRED = ['name', 'labels', 'service', 'providers', 'mode', 'discovered_virtual_server'];

const discoveredOf = ({ records }: WorldState, body: JsonObject): StoredRecord | undefined =>
  records.get('discovered_virtual_servers', lastSegment(hrefOf(body['discovered_virtual_server']) ?? ''));

/** Each address a load balancer offers is managed by at most one virtual server. */
function requireUnclaimed(world: WorldState, body: JsonObject, before: JsonObject | null): void {
  const wanted = hrefOf(body['discovered_virtual_server']);
  if (before && hrefOf(before['discovered_virtual_server']) === wanted) return;
  const claimed = world.policies
    .inVersion('virtual_servers', 'draft')
    .some(({ content }) => hrefOf(content.body['discovered_virtual_server']) === wanted);
  if (claimed) throw refusedAs('discoveredClaimed');
}

const kind: PolicyKind = {
  type: 'virtual_servers',
  singular: 'virtual_server',
  ids: 'uuid',
  schema: 'sec_policy_virtual_servers_get',
  checkPost: bodyCheck<JsonObject>('sec_policy_virtual_servers_post', record(fields, REQUIRED)),
  checkPut: bodyCheck<JsonObject>('sec_policy_virtual_servers_put', record(fields)),
  nameTaken: ['name_must_be_unique', 'Name must be unique'],
  referenced: SIMULATOR_TOKENS.virtualServerReferenced,
  authorise: (_world, caller) => requireGlobal(caller),
  body(world, given, before) {
    const body: JsonObject = { description: null, ...merged(before, given) };
    requireUnclaimed(world, body, before);
    return { ...body, labels: storedLabels(world, body['labels']) };
  },
  filter(world, query) {
    const labels = labelFilter(world, query);
    const mode = exact(query, 'mode');
    const discovered = exact(query, 'discovered_virtual_server');
    const offered = discoveredFilter(world, query);
    return ({ body }) =>
      labels(labelIdsIn(world, body['labels'])) &&
      mode(textIn(body['mode'])) &&
      discovered(hrefOf(body['discovered_virtual_server'])) &&
      offered(discoveredOf(world, body));
  },
};

/** Addresses of load balancers that policy knows (objects.md §7.4). */
export const virtualServerRoutes = policyRoutes(kind);

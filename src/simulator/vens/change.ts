import type { JsonObject } from '../../core/json.ts';
import type { ResourceChange } from '../http/route.ts';
import type { Managed } from '../objects/ven-wire.ts';
import type { WorldState } from '../world-state.ts';

/** What an event says of something done to a VEN: it is an agent there (traffic.md §6.3). */
export const agentChange = (
  world: WorldState,
  { record }: Managed,
  changes: JsonObject,
  changeType: ResourceChange['changeType'] = 'update',
): ResourceChange => ({
  resource: {
    agent: {
      href: `/orgs/${world.orgId}/agents/${record.ven.agentId}`,
      name: record.name,
      hostname: record.hostname,
    },
  },
  changeType,
  changes,
});

import type { Dimension, InnerValues } from '../../model/flows/question.ts';
import type { RemoteFlowTable } from '../../work/flows.ts';
import { present } from '../present.ts';
import { dimensionsOf } from './dimensions.ts';
import { dimensionFields } from './grouped.ts';
import { servicesText } from './service.ts';

/** Who is at the other end, by decision; or a group of `group_by`. */
export interface PeerRow {
  readonly direction: 'inbound' | 'outbound';
  readonly peer?: string;
  readonly group?: string;
  readonly services?: readonly string[];
  readonly policy?: string;
  readonly connections: number;
  readonly hosts?: readonly string[];
  readonly processes?: readonly string[];
  readonly users?: readonly string[];
  readonly first_seen?: string;
  readonly last_seen?: string;
}

const MOST_PEERS = 2_000;
const NAMED = 3;

/** Peers of a table all of whose rows have the target at one end, busiest first. */
export async function peers(
  table: RemoteFlowTable,
  direction: PeerRow['direction'],
  { groupBy, signal }: { readonly groupBy: readonly string[]; readonly signal: AbortSignal },
): Promise<readonly PeerRow[]> {
  const far: 'source' | 'destination' = direction === 'inbound' ? 'source' : 'destination';
  const own = dimensionsOf(groupBy, table.labelKeys);
  const by: readonly Dimension[] = own.length > 0 ? own : [`${far}_party`, 'policy'];
  const { groups } = await table.ask(
    {
      by,
      inside: [
        { by: ['proto', 'port'], top: NAMED },
        { by: [far], top: NAMED },
        { by: ['process'], top: 2 },
        { by: ['user'], top: 2 },
      ],
      limit: MOST_PEERS,
    },
    signal,
  );
  return groups.map((group) => {
    const [services, hosts, processes, users] = group.inside ?? [];
    const [peer = null, policy = null] = group.key;
    return {
      direction,
      ...(own.length > 0
        ? { group: groupText(dimensionFields(group, groupBy, by)) }
        : present({ peer, policy: policy ?? 'unknown' })),
      services: servicesText(services),
      connections: group.connections,
      ...listed('hosts', hosts),
      ...listed('processes', processes),
      ...listed('users', users),
      ...present({ first_seen: group.firstSeen, last_seen: group.lastSeen }),
    };
  });
}

const groupText = (fields: Readonly<Record<string, string | number>>): string =>
  Object.entries(fields)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ');

/** The busiest values and the number of the others; no field where there is none. */
function listed(name: 'hosts' | 'processes' | 'users', values: InnerValues | undefined) {
  if (values === undefined || values.count === 0) return {};
  const named = values.top.flatMap(({ key: [value] }) => value ?? []);
  return { [name]: values.count > named.length ? [...named, `and ${values.count - named.length} more`] : named };
}

import type { FlowGroup } from '../../model/flows/question.ts';
import { type ObservedPort, portsOf } from './discovery.ts';

/** A peer that no app and env label names. */
export interface OtherPeer {
  /**
   * `unlabelled` has an agent, `unmanaged` is a workload without one, `ip_list` are addresses a list names, `internet`
   * is all of it, `address` is an internal one nobody names. */
  readonly kind: 'unlabelled' | 'unmanaged' | 'ip_list' | 'internet' | 'address';
  readonly name: string;
  /** Workload hrefs, for the first two kinds. */
  readonly workload: string | null;
  readonly addresses: number;
  readonly connections: number;
  readonly ports: readonly ObservedPort[];
  /** Whether rules allowed all of it. */
  readonly coverage: 'already_allowed' | 'newly_allowed';
}

/** The dimensions that `otherPeers` reads about one side, in order. */
export const otherDimensions = (side: 'source' | 'destination') =>
  [
    side,
    `${side}_workload`,
    `${side}_managed`,
    `${side}_ip`,
    `${side}_ip_list`,
    `${side}_app`,
    `${side}_env`,
    `${side}_address_kind`,
    'policy',
    'port',
    'proto',
  ] as const;

interface Named {
  readonly kind: OtherPeer['kind'];
  readonly name: string;
  readonly workload: string | null;
  readonly ip: string;
}

function addressName(list: string | null, range: string | null, ip: string | null): Pick<Named, 'kind' | 'name'> {
  if (list !== null) return { kind: 'ip_list', name: list };
  return range === 'internet' ? { kind: 'internet', name: 'internet' } : { kind: 'address', name: ip ?? '-' };
}

/**
 * The peers on one side that carry no app or no env label, most connections first. `narrowest` gives the list that says most about an
 * address, or null where none says enough to be a source of its own.
 */
export function otherPeers(
  groups: readonly FlowGroup[],
  narrowest: (lists: readonly string[]) => string | null,
): readonly OtherPeer[] {
  const seen = groups.flatMap(({ key, connections }) => {
    const [shown = null, workload = null, managed = null, ip = null, lists = null, app = null, env = null] = key;
    const [range = null, decision = null, port = null, proto = null] = key.slice(7);
    if (app !== null && env !== null) return [];
    const list = workload !== null || lists === null ? null : narrowest(lists.split(', '));
    const named: Named =
      workload !== null
        ? { kind: managed === 'true' ? 'unlabelled' : 'unmanaged', name: shown ?? workload, workload, ip: ip ?? '' }
        : { ...addressName(list, range, ip), workload: null, ip: ip ?? '' };
    return [
      {
        ...named,
        decision,
        connections,
        port: port === null ? null : Number(port),
        proto: Number(proto ?? -1),
      },
    ];
  });
  return [...Map.groupBy(seen, ({ kind, name, workload }) => JSON.stringify([kind, workload ?? name]))]
    .flatMap(([, some]): readonly OtherPeer[] => {
      const [first] = some;
      if (first === undefined) return [];
      return [
        {
          kind: first.kind,
          name: first.name,
          workload: first.workload,
          addresses: new Set(some.map(({ ip }) => ip)).size,
          connections: some.reduce((sum, { connections }) => sum + connections, 0),
          ports: portsOf(some),
          coverage: some.every(({ decision }) => decision === 'allowed') ? 'already_allowed' : 'newly_allowed',
        },
      ];
    })
    .sort((a, b) => b.connections - a.connections || (a.name < b.name ? -1 : 1));
}

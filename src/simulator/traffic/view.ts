import type { Href } from '../../core/href.ts';
import type { LabelRecord, WorkloadRecord } from '../estates/estate.ts';
import type { World } from '../world.ts';

/** A workload as traffic sees it, made once per state of its record and labels. */
export interface Peer {
  readonly record: WorkloadRecord;
  readonly href: Href;
  readonly labels: readonly LabelRecord[];
  readonly labelIds: ReadonlySet<number>;
  readonly endpoint: boolean;
  /** `"workload":{…}`, as it stands in every row of a download. */
  readonly json: string;
}

/** One end of a flow. */
export interface End {
  readonly ip: string;
  readonly peer: Peer | null;
  readonly fqdn: string | null;
}

/** The workloads as they were when a query ran, so that a later edit does not change its result. */
export interface View {
  /** By index into `Estate.workloads`; null once deleted. */
  at(index: number): Peer | null;
  /** Workloads made since the start, which the estate's flows know only by address. */
  byAddress(ip: string): Peer | null;
  /** Whether a workload reports at another level than at the start. */
  readonly levelsChanged: boolean;
}

/** Takes views of a world. Peers whose records did not change are shared between views. */
export function viewer(world: World): () => View {
  const known = new Map<string, Peer>();
  const estateIds = new Set(world.estate.workloads.map(({ id }) => id));

  const peer = (id: string): Peer | null => {
    const record = world.workload(id);
    if (!record) return null;
    const labels = record.labels.flatMap((label) => world.label(label) ?? []);
    const old = known.get(id);
    if (old?.record === record && old.labels.length === labels.length && old.labels.every((l, i) => l === labels[i])) {
      return old;
    }
    const fresh = makePeer(record, labels, world.orgId);
    known.set(id, fresh);
    return fresh;
  };

  let last: { readonly peers: readonly (Peer | null)[]; readonly view: View } | null = null;

  return () => {
    const peers = world.estate.workloads.map(({ id }) => peer(id));
    const added = new Map<string, Peer>();
    for (const { href, addresses } of world.policy('active').workloads) {
      const id = href.slice(href.lastIndexOf('/') + 1);
      if (estateIds.has(id)) continue;
      const found = peer(id);
      for (const address of found ? addresses : []) if (found) added.set(address, found);
    }
    // Most queries find nothing changed; results are kept for a day, and so share what they saw.
    if (last && added.size === 0 && last.peers.every((known, index) => known === peers[index])) return last.view;
    const levelsChanged = peers.some(
      (now, index) => now && now.record.visibilityLevel !== world.estate.workloads[index]?.visibilityLevel,
    );
    const view: View = {
      at: (index) => peers[index] ?? null,
      byAddress: (ip) => added.get(ip) ?? null,
      levelsChanged,
    };
    last = added.size === 0 ? { peers, view } : null;
    return view;
  };
}

function makePeer(record: WorkloadRecord, labels: readonly LabelRecord[], orgId: number): Peer {
  const href = `/orgs/${orgId}/workloads/${record.id}` as Href;
  const endpoint = record.ven?.type === 'endpoint';
  const wire = {
    href,
    ...(record.name !== null && { name: record.name }),
    hostname: record.hostname ?? '',
    os_type: record.osId === null ? 'unknown' : record.osId.startsWith('win') ? 'windows' : 'linux',
    managed: record.managed,
    endpoint,
    enforcement_mode: record.enforcementMode,
    labels: labels.map(({ id, key, value }) => ({ href: `/orgs/${orgId}/labels/${id}`, key, value })),
  };
  return {
    record,
    href,
    labels,
    labelIds: new Set(record.labels),
    endpoint,
    json: `"workload":${JSON.stringify(wire)}`,
  };
}

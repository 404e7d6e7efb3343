import { type Account, accountOf } from '../../analysis/accounts.ts';
import type { FlowGroup } from '../../model/flows/question.ts';
import type { RemoteFlowTable } from '../../work/flows.ts';
import { compareText, tally } from '../listing.ts';
import { present } from '../present.ts';
import { ALL_GROUPS } from './limits.ts';
import { serviceText } from './service.ts';

export interface IdentityRow {
  readonly identity: string;
  readonly type: Account['kind'];
  readonly classified_because: string;
  /** Every spelling an agent reported. */
  readonly seen_as: readonly string[];
  readonly observed_on_workloads: readonly string[];
  readonly workload_count: number;
  readonly distinct_apps: number;
  readonly external_destinations: readonly string[];
  readonly distinct_destinations: number;
  readonly connections: number;
  readonly flow_rows: number;
  readonly destinations: readonly string[];
  readonly ports: readonly string[];
  readonly processes: readonly string[];
  readonly policy_decisions: Readonly<Record<string, number>>;
  readonly first_seen?: string;
  readonly last_seen?: string;
  readonly active_days: number;
  readonly window_days: number;
  readonly activity_density: number;
}

export interface Identities {
  /** Most connections first. */
  readonly identities: readonly IdentityRow[];
  /** Account to application. */
  readonly edges: readonly { readonly from: string; readonly to: string; readonly connections: number }[];
  readonly rowsWithIdentity: number;
}

interface IdentityOptions {
  /** Parts of account names; empty: all. */
  readonly containing: readonly string[];
  /** Entries of each list. */
  readonly top: number;
  readonly startMs: number;
  readonly endMs: number;
  readonly signal: AbortSignal;
}

const DAY_MS = 86_400_000;

/** Accounts of a table: spellings of one account are one identity (reference-server.md §2.9). */
export async function identitiesOf(table: RemoteFlowTable, options: IdentityOptions): Promise<Identities> {
  const { groups, totals } = await table.ask(
    {
      by: [
        'user',
        'direction',
        'source',
        'destination',
        'source_party',
        'destination_party',
        'proto',
        'port',
        'process',
        'policy',
      ],
      where: [
        { dimension: 'user', notIn: [null] },
        ...(options.containing.length === 0 ? [] : [{ dimension: 'user' as const, containing: options.containing }]),
      ],
      limit: ALL_GROUPS,
    },
    options.signal,
  );
  const byIdentity = Map.groupBy(groups, ({ key: [user] }) => accountOf(user ?? '').id);
  const identities = [...byIdentity].map(([id, own]) => identityRow(id, own, options));
  const edges = [...byIdentity].flatMap(([id, own]) =>
    sums(own, (group) => group.key[5] ?? 'unknown').map(([to, connections]) => ({ from: id, to, connections })),
  );
  return {
    identities: identities.toSorted((a, b) => b.connections - a.connections || compareText(a.identity, b.identity)),
    edges: edges.toSorted((a, b) => b.connections - a.connections || compareText(a.from + a.to, b.from + b.to)),
    rowsWithIdentity: totals.rows,
  };
}

/** Connections by a value of the groups, most first. */
function sums(groups: readonly FlowGroup[], of: (group: FlowGroup) => string): readonly (readonly [string, number])[] {
  const counts = new Map<string, number>();
  for (const group of groups) counts.set(of(group), (counts.get(of(group)) ?? 0) + group.connections);
  return [...counts].toSorted(([a, m], [b, n]) => n - m || compareText(a, b));
}

/** The host whose agent reported: the destination of inbound rows (traffic.md §4.1). */
const hostOf = ({ key }: FlowGroup): string => (key[1] === 'inbound' ? key[3] : key[2]) ?? 'unknown';
const baseName = (path: string): string => /([^\\/]+)$/.exec(path)?.[1] ?? path;

function identityRow(id: string, groups: readonly FlowGroup[], { top, startMs, endMs }: IdentityOptions): IdentityRow {
  const spellings = tally(groups.map(({ key: [user] }) => user ?? '')).map(([user]) => user);
  // A built-in authority in any spelling makes it a service account.
  const accounts = spellings.map(accountOf);
  const account = accounts.find(({ kind }) => kind === 'service') ?? accounts[0] ?? accountOf(id);
  const hosts = sums(groups, hostOf).map(([host]) => host);
  const destinations = sums(groups, ({ key }) => key[3] ?? 'unknown').map(([name]) => name);
  const parties = new Set(groups.map(({ key }) => key[5] ?? 'unknown'));
  const external = [...parties].filter((party) => party.startsWith('external:')).toSorted(compareText);
  const apps = [...parties].filter(
    (party) => !party.startsWith('external:') && party !== 'broadcast' && party !== 'multicast',
  );
  const first = groups.flatMap(({ firstSeen }) => firstSeen ?? []).toSorted()[0];
  const last = groups
    .flatMap(({ lastSeen }) => lastSeen ?? [])
    .toSorted()
    .at(-1);
  const windowDays = Math.max(1, Math.ceil((endMs - startMs) / DAY_MS));
  const active = activeDays(groups, startMs, endMs);
  const take = (values: readonly string[]): readonly string[] => values.slice(0, top);
  return {
    identity: id,
    type: account.kind,
    classified_because: account.classifiedBecause,
    seen_as: take(spellings),
    observed_on_workloads: take(hosts),
    workload_count: hosts.length,
    distinct_apps: apps.length,
    external_destinations: take(external.map((party) => party.slice('external:'.length))),
    distinct_destinations: destinations.length,
    connections: groups.reduce((sum, { connections }) => sum + connections, 0),
    flow_rows: groups.reduce((sum, { rows }) => sum + rows, 0),
    destinations: take(destinations),
    ports: take(sums(groups, ({ key }) => serviceText(key[6], key[7])).map(([port]) => port)),
    processes: take(
      sums(
        groups.filter(({ key }) => key[8] !== null),
        ({ key }) => baseName(key[8] ?? ''),
      ).map(([name]) => name),
    ),
    policy_decisions: Object.fromEntries(sums(groups, ({ key }) => key[9] ?? 'unknown')),
    ...present({ first_seen: first ?? null, last_seen: last ?? null }),
    active_days: active,
    window_days: windowDays,
    activity_density: Number(Math.min(1, active / windowDays).toFixed(2)),
  };
}

/** Calendar days (UTC) that the flows span, within the window. */
function activeDays(groups: readonly FlowGroup[], startMs: number, endMs: number): number {
  const days = new Set<number>();
  for (const { firstSeen, lastSeen } of groups) {
    if (firstSeen === null || lastSeen === null) continue;
    const from = Math.floor(Math.max(Date.parse(firstSeen), startMs) / DAY_MS);
    const to = Math.floor(Math.min(Date.parse(lastSeen), endMs) / DAY_MS);
    for (let day = from; day <= to; day += 1) days.add(day);
  }
  return days.size;
}

export interface IdentityFinding {
  readonly level: 'review' | 'note' | 'expected';
  readonly identity: string;
  readonly finding: string;
}

const MANY_APPS = 10;
const RARE = 0.2;
const MANY_WORKLOADS = 10;
const LEVELS = { review: 0, note: 1, expected: 2 } as const;

/** What of the accounts deserves a look (reference-server.md §2.9), by level, then by how many workloads. */
export function findingsOf(identities: readonly IdentityRow[]): readonly IdentityFinding[] {
  const found = identities.flatMap((row) =>
    findingsAbout(row).map((finding) => ({ ...finding, workloads: row.workload_count })),
  );
  return found
    .toSorted(
      (a, b) => LEVELS[a.level] - LEVELS[b.level] || b.workloads - a.workloads || compareText(a.identity, b.identity),
    )
    .map(({ level, identity, finding }) => ({ level, identity, finding }));
}

function findingsAbout(row: IdentityRow): readonly IdentityFinding[] {
  const {
    identity,
    type,
    workload_count: workloads,
    distinct_apps: apps,
    activity_density: density,
    policy_decisions: decisions,
  } = row;
  const tell = (level: IdentityFinding['level'], finding: string): IdentityFinding => ({ level, identity, finding });
  const blocked = decisions['blocked'] ?? 0;
  return [
    ...(type === 'interactive' && workloads > 1
      ? [tell('review', `a person's account on ${workloads} workloads`)]
      : []),
    ...(blocked > 0 ? [tell('review', `${blocked} connections were blocked`)] : []),
    ...(type === 'interactive' && apps >= MANY_APPS
      ? [tell('note', `a person's account reaches ${apps} applications`)]
      : []),
    ...(type === 'interactive' && density <= RARE
      ? [tell('note', `active on ${row.active_days} of ${row.window_days} days`)]
      : []),
    ...(type === 'service' && workloads >= MANY_WORKLOADS
      ? [tell('expected', `a service account on ${workloads} workloads`)]
      : []),
  ];
}

import type { RemoteFlowTable } from '../../work/flows.ts';
import { compareText } from '../listing.ts';
import { ALL_GROUPS } from './limits.ts';
import { servicesText } from './service.ts';
import type { SectionRows } from './summary-row.ts';

const PORTS_NAMED = 3;

/**
 * Who talks to whom by party (`ordering (prod)`, `external:<fqdn>`, `broadcast`), with the busiest ports. Pairs of a party with itself
 * are left out, as in the reference server (reference-server.md §2.8). Most connections first.
 */
export async function appPairs(
  table: RemoteFlowTable,
  {
    identity,
    limit,
    signal,
  }: { readonly identity: readonly string[]; readonly limit: number; readonly signal: AbortSignal },
): Promise<SectionRows> {
  const { groups } = await table.ask(
    {
      by: ['source_party', 'destination_party', 'policy'],
      inside: [{ by: ['proto', 'port'], top: PORTS_NAMED }],
      limit: ALL_GROUPS,
      identity,
    },
    signal,
  );
  const pairs = groups.flatMap(({ key, connections, inside: [ports] = [] }) => {
    const [from, to, policy] = key.map((name) => name ?? 'unknown');
    if (from === undefined || to === undefined || policy === undefined || from === to) return [];
    return [{ section: 'app_to_app' as const, from, to, services: servicesText(ports), policy, connections }];
  });
  pairs.sort(
    (a, b) =>
      b.connections - a.connections ||
      compareText(a.from, b.from) ||
      compareText(a.to, b.to) ||
      compareText(a.policy, b.policy),
  );
  return { rows: pairs.slice(0, limit), total: pairs.length };
}

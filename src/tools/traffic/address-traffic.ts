import type { FlowGroup } from '../../model/flows/question.ts';
import type { RemoteFlowTable } from '../../work/flows.ts';
import { ALL_GROUPS } from './limits.ts';
import { serviceText } from './service.ts';

/** What an address was seen to do. */
export interface AddressTraffic {
  readonly connections: number;
  readonly lastSeen: string | null;
  readonly fqdns: readonly string[];
  /** `payments (prod) 443/tcp`, busiest first. */
  readonly talksTo: readonly string[];
  readonly askedBy: readonly string[];
}

const NAMED = 3;

/** By address; those without traffic are absent. */
export async function trafficOfAddresses(
  table: RemoteFlowTable,
  ips: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, AddressTraffic>> {
  const side = (own: 'source' | 'destination', other: 'source' | 'destination') =>
    table.ask(
      {
        by: [`${own}_ip`],
        where: [{ dimension: `${own}_ip`, in: ips }],
        inside: [
          { by: [`${other}_party`, 'proto', 'port'], top: NAMED },
          { by: [`${own}_fqdn`], top: NAMED },
        ],
        limit: ALL_GROUPS,
      },
      signal,
    );
  const [out, into] = await Promise.all([side('source', 'destination'), side('destination', 'source')]);
  const [asSource, asDestination] = [out, into].map(
    ({ groups }) => new Map(groups.map((group) => [group.key[0] ?? '', group])),
  );
  return new Map(
    ips.flatMap((ip) => {
      const [from, to] = [asSource?.get(ip), asDestination?.get(ip)];
      if (from === undefined && to === undefined) return [];
      return [
        [
          ip,
          {
            connections: (from?.connections ?? 0) + (to?.connections ?? 0),
            lastSeen:
              [from?.lastSeen, to?.lastSeen]
                .filter((time) => typeof time === 'string')
                .toSorted()
                .at(-1) ?? null,
            fqdns: [
              ...new Set(
                [from, to].flatMap((group) => (group?.inside?.[1]?.top ?? []).flatMap(({ key: [name] }) => name ?? [])),
              ),
            ],
            talksTo: partners(from),
            askedBy: partners(to),
          },
        ] as const,
      ];
    }),
  );
}

const partners = (group: FlowGroup | undefined): readonly string[] =>
  (group?.inside?.[0]?.top ?? []).map(
    ({ key: [party, proto, port] }) => `${party ?? 'unknown'} ${serviceText(proto, port)}`,
  );

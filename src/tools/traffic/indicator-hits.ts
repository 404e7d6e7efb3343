import { contactSigns } from '../../analysis/contact.ts';
import type { Dimension, FlowFilter, FlowGroup } from '../../model/flows/question.ts';
import type { RemoteFlowTable } from '../../work/flows.ts';
import { compareText } from '../listing.ts';
import { present } from '../present.ts';
import type { Indicators } from './indicators.ts';
import { ALL_GROUPS } from './limits.ts';
import { serviceFields } from './service.ts';

export interface HitRow {
  readonly indicator: string;
  /** `outbound`: our host connected to it. */
  readonly direction: 'inbound' | 'outbound';
  readonly host: string;
  readonly app: string;
  readonly address?: string;
  readonly fqdn?: string;
  readonly port?: number;
  readonly proto?: string;
  readonly policy: string;
  readonly connections: number;
  readonly bytes_sent?: number;
  readonly bytes_received?: number;
  readonly process?: string;
  readonly user?: string;
  readonly first_seen?: string;
  readonly last_seen?: string;
  readonly signs?: readonly string[];
}

/** Traffic with any of the indicators; what passed first, then most bytes sent. */
export async function hitsOf(
  table: RemoteFlowTable,
  indicators: Indicators,
  signal: AbortSignal,
): Promise<readonly HitRow[]> {
  const rows = await Promise.all(
    (['outbound', 'inbound'] as const).map((direction) => hitsOneWay(table, indicators, direction, signal)),
  );
  return rows
    .flat()
    .toSorted(
      (a, b) =>
        Number(a.policy === 'blocked') - Number(b.policy === 'blocked') ||
        (b.bytes_sent ?? 0) - (a.bytes_sent ?? 0) ||
        b.connections - a.connections ||
        compareText(a.host, b.host),
    );
}

async function hitsOneWay(
  table: RemoteFlowTable,
  indicators: Indicators,
  direction: HitRow['direction'],
  signal: AbortSignal,
): Promise<readonly HitRow[]> {
  const [far, near] =
    direction === 'outbound' ? (['destination', 'source'] as const) : (['source', 'destination'] as const);
  const by: readonly Dimension[] = [
    `${far}_ip`,
    `${far}_fqdn`,
    `${far}_ip_list`,
    near,
    `${near}_party`,
    'port',
    'proto',
    'policy',
    'process',
    'user',
  ];
  const tests: FlowFilter[] = [
    ...(indicators.blocks.length === 0 ? [] : [{ dimension: `${far}_ip` as const, within: indicators.blocks }]),
    ...(indicators.patterns.length === 0
      ? []
      : [
          {
            dimension: `${far}_fqdn` as const,
            named: indicators.patterns.map((pattern) => pattern.replace(/^\*\./, '')),
          },
        ]),
  ];
  const answers = await Promise.all(tests.map((test) => table.ask({ by, where: [test], limit: ALL_GROUPS }, signal)));
  const groups = new Map(answers.flatMap((answer) => answer.groups).map((group) => [JSON.stringify(group.key), group]));
  return [...groups.values()].flatMap((group) => {
    const [ip = null, fqdn = null] = group.key;
    const indicator = indicators.match(ip, fqdn);
    return indicator === null ? [] : [hit(group, indicator, direction)];
  });
}

function hit(group: FlowGroup, indicator: string, direction: HitRow['direction']): HitRow {
  const [ip = null, fqdn = null, lists = null, host, app, port, proto, policy, process = null, user = null] = group.key;
  const [sent, received] = direction === 'outbound' ? [group.bytesIn, group.bytesOut] : [group.bytesOut, group.bytesIn];
  const { connections, firstSeen, lastSeen } = group;
  const signs = contactSigns({
    process,
    ipLists: lists,
    outside: true,
    connections,
    firstSeen,
    lastSeen,
    blocked: policy === 'blocked',
  });
  return {
    indicator,
    direction,
    host: host ?? 'unknown',
    app: app ?? 'unknown',
    ...present({ address: ip, fqdn }),
    ...serviceFields(proto, port),
    policy: policy ?? 'unknown',
    connections,
    ...(sent + received === 0 ? {} : { bytes_sent: sent, bytes_received: received }),
    ...present({ process, user, first_seen: firstSeen, last_seen: lastSeen }),
    ...(signs.length === 0 ? {} : { signs }),
  };
}

import type { Way, Worth } from '../../analysis/blast.ts';
import { EASE, type Port, RISKY_SERVICES } from '../../analysis/graph/port-risk.ts';
import { Failure } from '../../core/errors.ts';
import { protocolNumber, TCP } from '../../model/services/protocols.ts';
import type { ToolContext } from '../tool.ts';
import { groupsByHref } from './blast-ways.ts';
import type { PermittedGraph } from './permitted-reach.ts';

/** `445`, `445/tcp`, `lateral` (the services of medium risk or more) as ports; null for any. */
export function portsArgument(given: readonly string[] | undefined): readonly Port[] | null {
  if (given === undefined || given.length === 0) return null;
  return given.flatMap((text) => {
    if (text === 'lateral')
      return RISKY_SERVICES.filter(({ level }) => EASE[level] >= EASE.medium).flatMap(({ protos, from }) =>
        protos.map((proto) => ({ proto, port: from })),
      );
    const [, port, protoName] = /^(\d{1,5})(?:\/(\w+))?$/.exec(text.trim()) ?? [];
    const proto = protoName === undefined ? TCP : protocolNumber(protoName);
    if (port === undefined || proto === null || Number(port) > 65_535)
      throw new Failure('invalid_arguments', {
        message: `"${text.slice(0, 30)}" is no port: write 445, 53/udp or lateral.`,
      });
    return [{ proto, port: Number(port) }];
  });
}

const DEFAULT_JEWELS = { key: 'compliance', values: ['pci', 'swift'] } as const;
const PRODUCTION = new Set(['prod', 'production', 'prd', 'live']);
/** Who is reached straight from so many of the groups serves everybody. */
const INFRASTRUCTURE_SHARE = 0.25;
const INFRASTRUCTURE_LEAST = 5;

/** What each group is worth: crown jewels by label, infrastructure by how many can reach it, production by its environment. */
export async function worthOf(
  crownJewels: string | undefined,
  { groups, policy }: PermittedGraph,
  ways: readonly Way[],
  { pce, signal }: Pick<ToolContext, 'pce' | 'signal'>,
): Promise<(group: number) => Worth> {
  const byHref = groupsByHref(groups, policy.workloads);
  const hosts =
    crownJewels === undefined
      ? policy.workloads.filter(({ labels }) =>
          labels.some(
            ({ key, value }) => key === DEFAULT_JEWELS.key && DEFAULT_JEWELS.values.some((one) => one === value),
          ),
        )
      : (await pce.workloads(await pce.resolve.workloadFilter(crownJewels, { signal }), { signal })).items;
  const jewels = new Set(hosts.flatMap(({ href }) => byHref.get(href) ?? []));
  const into = Map.groupBy(ways, ({ to }) => to);
  const many = Math.max(INFRASTRUCTURE_LEAST, INFRASTRUCTURE_SHARE * groups.length);
  return (group) => {
    if (jewels.has(group)) return 'crown_jewel';
    if ((into.get(group)?.length ?? 0) >= many) return 'infrastructure';
    return PRODUCTION.has((groups[group]?.env ?? '').toLowerCase()) ? 'production' : 'other';
  };
}

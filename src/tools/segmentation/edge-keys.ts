import type { Dimension } from '../../model/flows/question.ts';
import type { EdgeEnd, JudgedEdge } from '../../model/impact/question.ts';

/** Groups of a table by these are edges. */
export const EDGE_DIMENSIONS = [
  'source_workload',
  'source_ip',
  'destination_workload',
  'destination_ip',
  'proto',
  'port',
] as const satisfies readonly Dimension[];

type Value = string | null | undefined;

const join = (from: Value, to: Value, proto: Value, port: Value): string =>
  `${from ?? ''} ${to ?? ''} ${proto ?? ''} ${port ?? ''}`;
const node = ({ workload, ip }: EdgeEnd): string | null => workload ?? ip;
const text = (value: number | null): string | null => (value === null ? null : String(value));

/** The same for an edge however it was asked for. */
export const keyOfEdge = ({
  source,
  destination,
  proto,
  port,
}: Pick<JudgedEdge, 'source' | 'destination' | 'proto' | 'port'>): string =>
  join(node(source), node(destination), text(proto), text(port));

/** The keys under which an edge of a group may be known: flows without ports say port 0 or none (traffic.md §4.1). */
export function keysOfGroup(key: readonly Value[]): readonly string[] {
  const [fromWorkload, fromIp, toWorkload, toIp, proto, port] = key;
  const [from, to] = [fromWorkload ?? fromIp, toWorkload ?? toIp];
  return [join(from, to, proto, port), join(from, to, proto, null)];
}

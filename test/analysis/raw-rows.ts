import type { RawEnd, RawRow } from './raw-flows.ts';

/** A row as it would come again. */
export const rowKey = ({ src, dst, service, icmp_type: type, icmp_code: code, flow_direction: way }: RawRow): string =>
  JSON.stringify([src.ip, src.fqdn, dst.ip, dst.fqdn, service, type, code, way]);

const flowKey = ({ src, dst, service: { proto, port }, icmp_type: type, icmp_code: code }: RawRow): string =>
  JSON.stringify([src.ip, src.fqdn, dst.ip, dst.fqdn, proto, port, type, code]);

const named = ({ workload, ip_lists: lists = [], fqdn, ip }: RawEnd): string => {
  if (workload === undefined) {
    const list = lists.find(({ name }) => !name.startsWith('Any ('))?.name;
    return fqdn ?? (list === undefined ? ip : `iplist:${/\s/.test(list) ? JSON.stringify(list) : list}`);
  }
  const terms = ['app', 'env', 'role'].flatMap((key) => {
    const label = workload.labels.find((one) => one.key === key);
    return label === undefined ? [] : [`${key}=${/\s/.test(label.value) ? JSON.stringify(label.value) : label.value}`];
  });
  return terms.length > 0 ? terms.join(' ') : `workload:${workload.name ?? workload.hostname}`;
};

const PROTOCOLS: Readonly<Record<number, string>> = { 1: 'icmp', 6: 'tcp', 17: 'udp', 58: 'icmpv6' };
const serviceName = ({ service: { proto, port }, icmp_type: icmp }: RawRow): string =>
  icmp === undefined && port !== undefined ? `${port}/${PROTOCOLS[proto]}` : String(PROTOCOLS[proto]);

/** Counts by key; what counts nothing is left out. */
export const tally = (entries: Iterable<readonly [string, number]>): Readonly<Record<string, number>> => {
  const sums: Record<string, number> = {};
  for (const [key, count] of entries) if (count > 0) sums[key] = (sums[key] ?? 0) + count;
  return sums;
};

/** As the tools name a group of rows: `app=crm env=prod role=app > app=shared-mssql env=prod role=db > 1433/tcp`. */
export const groupOf = (row: RawRow): string => `${named(row.src)} > ${named(row.dst)} > ${serviceName(row)}`;

/** Of `after` the blocked rows that passed before. A flow that one end blocked before breaks no more when the other end blocks it too. */
export function newlyBlocked(before: readonly RawRow[], after: readonly RawRow[]): readonly RawRow[] {
  const blockedBefore = new Set(before.filter((row) => row.policy_decision === 'blocked').map(flowKey));
  const passed = new Set(before.filter((row) => !blockedBefore.has(flowKey(row))).map(rowKey));
  return after.filter((row) => row.policy_decision === 'blocked' && passed.has(rowKey(row)));
}

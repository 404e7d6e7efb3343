import type { PolicySource } from '../../model/policy/source.ts';
import type { World } from '../world.ts';
import { ipListsOf } from './ip-lists.ts';
import { isoSeconds } from './iso-seconds.ts';
import type { DraftReport } from './judge.ts';
import type { Observed } from './observe.ts';
import type { End } from './view.ts';

/** Where the names in a record come from: the world, and the policy whose IP lists it shows. */
export interface Written {
  readonly world: World;
  readonly lists: PolicySource;
}

/**
 * A writer of flow records as JSON (traffic.md §4.1). What repeats from row to row (workloads, address lists, networks) is kept as text,
 * because a download is a hundred thousand rows and more.
 */
export function jsonWriter({
  world,
  lists: policy,
}: Written): (observed: Observed, draft: DraftReport | null) => string {
  const listed = ipListsOf(policy, (lists) => (lists.length === 0 ? '' : `,"ip_lists":${JSON.stringify(lists)}`));
  const networks = new Map(
    world.estate.networks.map(({ id, name }) => [
      name,
      `,"network":${JSON.stringify({ href: `/orgs/${world.orgId}/networks/${id}`, name })}`,
    ]),
  );

  const end = ({ ip, peer, fqdn }: End): string => {
    const name = fqdn === null ? '' : `,"fqdn":${JSON.stringify(fqdn)}`;
    return peer ? `{"ip":"${ip}",${peer.json}${name}}` : `{"ip":"${ip}"${listed(ip, fqdn)}${name}}`;
  };

  return ({ row, src, dst, decision, boundary, clientType, state }, draft) => {
    let text = `{"src":${end(src)},"dst":${end(dst)},"service":{"port":${row.port},"proto":${row.proto}`;
    if (row.process !== null) text += `,"process_name":${JSON.stringify(row.process)}`;
    if (row.windowsService !== null) text += `,"windows_service_name":${JSON.stringify(row.windowsService)}`;
    if (row.user !== null) text += `,"user_name":${JSON.stringify(row.user)}`;
    text += `},"num_connections":${row.connections},"state":"${state}"`;
    text += `,"flow_direction":"${row.reporter === 'source' ? 'outbound' : 'inbound'}"`;
    // Absent on most rows of a PCE, and then unicast (traffic.md §4.1).
    if (row.transmission !== 'unicast') text += `,"transmission":"${row.transmission}"`;
    text += `,"policy_decision":"${decision}"`;
    if (boundary !== null) text += `,"boundary_decision":"${boundary}"`;
    if (draft) {
      text += `,"draft_policy_decision":"${draft.decision}","rules":${hrefs(draft.rules)}`;
      text += `,"enforcement_boundaries":${hrefs(draft.boundaries)},"override_deny_rules":${hrefs(draft.overrideDenies)}`;
    }
    if (row.icmpType !== null) text += `,"icmp_type":${row.icmpType},"icmp_code":${row.icmpCode ?? 0}`;
    text += `,"dst_bi":${row.bytesIn},"dst_bo":${row.bytesOut},"client_type":"${clientType}","caps":[]`;
    const network = networks.get(row.network) ?? '';
    const [first, last] = [isoSeconds(row.firstMs), isoSeconds(row.lastMs)];
    return `${text}${network},"timestamp_range":{"first_detected":"${first}","last_detected":"${last}"}}`;
  };
}

const hrefs = (list: readonly string[]): string =>
  list.length === 0 ? '[]' : JSON.stringify(list.map((href) => ({ href })));

import { exact, integerParam, textParam } from '../http/query.ts';
import { hrefOf, isJsonObject, textIn } from '../lifecycle/body.ts';
import { lastSegment } from '../objects/wire.ts';
import type { StoredRecord } from '../records/record-store.ts';
import type { WorldState } from '../world-state.ts';

/**
 * The filters on what a load balancer offers, by the discovered virtual server: its balancer, its node, and its address by the beginning,
 * with or without `*` (objects.md §7.4).
 */
export function discoveredFilter(
  world: WorldState,
  query: URLSearchParams,
): (found: StoredRecord | undefined) => boolean {
  const slb = exact(query, 'slb');
  const pce = exact(query, 'active_pce_fqdn');
  const hostname = exact(query, 'network_enforcement_node.hostname');
  const prefix = textParam(query, 'vip')?.replace(/\*$/, '');
  const port = textParam(query, 'vip_port');
  const proto = integerParam(query, 'vip_proto');
  return (found) => {
    const node = lastSegment(hrefOf(found?.body['network_enforcement_node']) ?? '');
    const vip = isJsonObject(found?.body['vip_port']) ? found.body['vip_port'] : {};
    return (
      slb(hrefOf(found?.body['slb'])) &&
      pce(world.estate.pceFqdn) &&
      hostname(textIn(world.records.get('network_enforcement_nodes', node)?.body['hostname'])) &&
      (prefix === undefined || (textIn(vip['vip'])?.startsWith(prefix) ?? false)) &&
      (port === undefined || vip['port'] === port) &&
      (proto === undefined || vip['protocol'] === proto)
    );
  };
}

import { parseAddress } from '../../model/addresses/address.ts';
import type { FlowRow } from '../estates/estate.ts';
import { refusedAs } from '../http/refusals.ts';
import type { Route } from '../http/route.ts';
import type { Tables } from '../state/tables.ts';
import type { WorldState } from '../world-state.ts';

const TABLE = 'uploaded_flows';
const MOST_LINES = 1000;

/** Flows somebody uploaded that happened in [fromMs, toMs). */
export function* uploadedFlows(tables: Tables, fromMs: number, toMs: number): Generator<FlowRow> {
  for (const row of tables.open<FlowRow>(TABLE).values()) if (row.firstMs >= fromMs && row.firstMs < toMs) yield row;
}

/** One line, `src_ip,dst_ip,port,proto`; null: it is none. No VEN reports such a flow, so its decision is unknown (traffic.md §2.12). */
function flowOf(line: string, atMs: number, indexOf: (ip: string) => number): FlowRow | null {
  const [srcIp = '', dstIp = '', port = '', proto = '', ...more] = line.split(',').map((cell) => cell.trim());
  const number = (text: string, most: number): number | null =>
    /^\d{1,5}$/.test(text) && Number(text) <= most ? Number(text) : null;
  const [toPort, protocol] = [number(port, 65_535), number(proto, 255)];
  if (more.length > 0 || toPort === null || protocol === null || !parseAddress(srcIp) || !parseAddress(dstIp))
    return null;
  return {
    srcIp,
    src: indexOf(srcIp),
    dstIp,
    dst: indexOf(dstIp),
    dstFqdn: null,
    proto: protocol,
    port: toPort,
    icmpType: null,
    icmpCode: null,
    process: null,
    windowsService: null,
    user: null,
    reporter: 'flowlink',
    transmission: 'unicast',
    state: 'snapshot',
    connections: 1,
    bytesIn: 0,
    bytesOut: 0,
    firstMs: atMs,
    lastMs: atMs,
    network: 'Corporate',
    droppedByHost: false,
  };
}

/** Upload of flows that no VEN saw (traffic.md §2.12). Clients send CSV without saying so. */
export const uploadRoute: Route<WorldState> = {
  method: 'POST',
  path: '/orgs/:org/agents/bulk_traffic_flows',
  access: 'write',
  textBody: true,
  handle({ world, body }) {
    const lines = (typeof body === 'string' ? body : '').split(/\r?\n/).filter((line) => line.trim() !== '');
    if (lines.length > MOST_LINES) throw refusedAs('tooManyFlows');
    const byAddress = new Map(
      world.estate.workloads.flatMap(({ interfaces }, index) =>
        interfaces.map(({ address }) => [address, index] as const),
      ),
    );
    const flows = world.tables.open<FlowRow>(TABLE);
    const failed = lines.filter((line) => {
      const flow = flowOf(line, world.clock.now(), (ip) => byAddress.get(ip) ?? -1);
      if (flow) flows.set(String(world.ids.next('uploaded_flows')), flow);
      return flow === null;
    });
    return {
      status: 200,
      json: { num_flows_received: lines.length, num_flows_failed: failed.length, failed_flows: failed },
    };
  },
};

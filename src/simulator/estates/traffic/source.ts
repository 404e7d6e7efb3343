import { DAY, dayOf, HISTORY_DAYS } from '../calendar.ts';
import type { FlowRow, FlowSource, WorkloadRecord } from '../estate.ts';
import type { Host } from '../host.ts';
import type { PlacedEdge } from '../landscape.ts';
import type { RuleNote } from '../policy/draft.ts';
import type { Profile } from '../profiles.ts';
import { type Activity, activityIn } from './activity.ts';
import { createBulk } from './bulk.ts';
import { createDirectory } from './directory.ts';
import { addEdgeLanes } from './edge-lanes.ts';
import { addInfrastructureLanes } from './infrastructure-lanes.ts';
import { BY_DESTINATION, BY_FLOWLINK, BY_SOURCE, createLaneList, type Lane } from './lanes.ts';
import { createLaneMaker, type LaneMaker } from './make.ts';
import { addFlowlinkLanes, addNoiseLanes } from './noise-lanes.ts';
import { addPlantedLanes, choosePlantedTraffic, type PlantedTraffic } from './planted-lanes.ts';
import { addRuleLanes } from './rule-lanes.ts';

export interface TrafficInputs {
  readonly profile: Profile;
  readonly seed: number;
  readonly nowMs: number;
  /** Rows wanted of a 30-day window. */
  readonly flows: number;
  readonly hosts: readonly Host[];
  readonly workloads: readonly WorkloadRecord[];
  readonly edges: readonly PlacedEdge[];
  readonly notes: readonly RuleNote[];
  readonly network: string;
}

/** Noise is 35 % of the rows, flow collectors' rows are 4 % (users.md §5.3). */
const NOISE_SHARE = 0.35;
const FLOWLINK_SHARE = 0.04;

/** The observed connections of an estate. Lanes are made when traffic is first asked for. */
export function createFlowSource(inputs: TrafficInputs): FlowSource {
  const { nowMs } = inputs;
  const today = dayOf(nowMs);
  const oldestMs = (today - HISTORY_DAYS) * DAY;
  let made: ReturnType<typeof makeTraffic> | null = null;
  return {
    oldestMs,
    *rows(fromMs, toMs) {
      made ??= makeTraffic(inputs);
      const from = Math.max(fromMs, oldestMs);
      const activity: Activity = { connections: 0, firstMs: 0, lastMs: 0 };
      for (const lane of made.lanes)
        if (activityIn(lane, from, toMs, today, activity)) yield* reports(lane, activity, inputs);
      yield* made.bulk.rows(from, toMs);
    },
  };
}

/** The maker of an estate's lanes; also tells tests and planted.ts where the planted traffic is. */
function laneMakerOf({ hosts, workloads, seed }: Pick<TrafficInputs, 'hosts' | 'workloads' | 'seed'>): LaneMaker {
  return createLaneMaker(createDirectory(hosts, seed), (index) => {
    const workload = workloads[index];
    if (!workload?.managed || workload.online) return Number.POSITIVE_INFINITY;
    return dayOf(workload.ven?.lastHeartbeatMs ?? 0) - 1;
  });
}

export const plantedTrafficOf = (inputs: Pick<TrafficInputs, 'hosts' | 'workloads' | 'seed'>): PlantedTraffic =>
  choosePlantedTraffic(laneMakerOf(inputs));

function makeTraffic(inputs: TrafficInputs) {
  const { flows, profile, edges, notes } = inputs;
  const maker = laneMakerOf(inputs);
  const list = createLaneList();
  const wanted = Math.min(flows, profile.flows);
  const density = profile.density * Math.min(1, flows / profile.flows);
  addPlantedLanes(list, maker, choosePlantedTraffic(maker));
  addEdgeLanes(list, maker, edges, density);
  addRuleLanes(list, maker, notes);
  addInfrastructureLanes(list, maker, density);
  addFlowlinkLanes(list, maker, Math.round(wanted * FLOWLINK_SHARE));
  const rest = wanted - list.rows();
  addNoiseLanes(list, maker, Math.max(0, Math.min(rest, Math.round(wanted * NOISE_SHARE))));
  return { lanes: list.lanes, bulk: createBulk(maker.directory, flows - list.rows(), inputs.network) };
}

/** The rows of one lane: one per reporter, each with what its side knows. */
function* reports(
  lane: Lane,
  { connections, firstMs, lastMs }: Activity,
  { workloads, network }: TrafficInputs,
): Generator<FlowRow> {
  const common = {
    srcIp: lane.srcIp,
    src: lane.src,
    dstIp: lane.dstIp,
    dst: lane.dst,
    dstFqdn: lane.fqdn,
    proto: lane.proto,
    port: lane.port,
    icmpType: lane.icmpType,
    icmpCode: lane.icmpType === null ? null : 0,
    transmission: lane.transmission,
    connections,
    bytesIn: connections * lane.bytesIn,
    bytesOut: connections * lane.bytesOut,
    firstMs,
    lastMs,
    network,
    droppedByHost: lane.droppedByHost,
  };
  if (lane.reporters & BY_SOURCE)
    yield {
      ...common,
      process: lane.client,
      user: lane.clientUser,
      windowsService: null,
      reporter: 'source',
      state: lane.state ?? stateAt(workloads[lane.src], lane),
    };
  if (lane.reporters & BY_DESTINATION)
    yield {
      ...common,
      process: lane.server,
      user: lane.serverUser,
      windowsService: lane.windowsService,
      reporter: 'destination',
      state: lane.state ?? stateAt(workloads[lane.dst], lane),
    };
  if (lane.reporters & BY_FLOWLINK)
    yield { ...common, process: null, user: null, windowsService: null, reporter: 'flowlink', state: 'snapshot' };
}

/** Windows agents report closed connections as timed out (traffic.md §4.4); busy lanes are caught while open. */
function stateAt(reporter: WorkloadRecord | undefined, { proto, volume }: Lane): FlowRow['state'] {
  if (reporter?.enforcementMode === 'idle') return 'snapshot';
  if (volume >= 500) return 'active';
  return proto !== 6 || reporter?.osId?.startsWith('win') === true ? 'timed out' : 'closed';
}

import { coverageOf, remoteApps } from '../../analysis/coverage.ts';
import { type ServiceHub, serviceHubs } from '../../analysis/graph/service-hubs.ts';
import { type InfrastructureScore, infrastructureScores } from '../../analysis/infrastructure.ts';
import { readiness, type Readiness } from '../../analysis/readiness.ts';
import { ringfencesByApp } from '../../analysis/ringfence/existing.ts';
import { flowsByApp } from '../../analysis/rollout.ts';
import type { FlowGroup } from '../../model/flows/question.ts';
import { appGraph } from '../../model/graph/app-graph.ts';
import type { LabelRef, RuleSet, Workload } from '../../model/inventory.ts';
import type { RemoteFlowTable } from '../../work/flows.ts';
import { contactsOf, serviceContactsOf } from '../risk/app-contacts.ts';
import { MAX_ROWS } from '../traffic/filters.ts';
import { connectionsOf, modeCounts } from './enforcement-readiness.ts';
import { recommendations } from './enforcement-readiness-advice.ts';

const PRODUCTION = ['prod', 'production'];
const HUBS = 100;

/** An application as a rollout sees it. */
export interface RolloutApp {
  readonly app: string;
  readonly env: string;
  readonly modes: ReturnType<typeof modeCounts>;
  readonly managed: number;
  readonly result: Readiness;
  readonly readiness: number | null;
  readonly infrastructure: InfrastructureScore | null;
  /** The service that others hang on it for. */
  readonly hub: ServiceHub | null;
  readonly uncovered: number;
  readonly hasRingfence: boolean;
  readonly blockers: readonly string[];
}

interface Estate {
  readonly workloads: readonly Workload[];
  readonly active: readonly RuleSet[];
  readonly draft: readonly RuleSet[];
}

/** Every labelled application with its readiness, its place in the estate and what stands in its way. */
export async function rolloutApps(
  table: RemoteFlowTable,
  { workloads, active, draft }: Estate,
  signal: AbortSignal,
): Promise<readonly RolloutApp[]> {
  const { groups } = await table.ask(
    {
      by: ['source_app', 'source_env', 'destination_app', 'destination_env', 'policy', 'port', 'proto'],
      limit: MAX_ROWS,
    },
    signal,
  );
  const flowsOf = flowsByApp(groups);
  const placeOf = placesIn(groups);
  const [activeOf, draftOf] = [ringfencesByApp(active), ringfencesByApp(draft)];
  return applicationsIn(workloads).map(({ app, env, members }) => {
    const name = { app: app.value, env: env.value };
    const own = { app: app.href, env: env.href };
    const flows = flowsOf(name);
    const whole = coverageOf(flows);
    const remote = remoteApps(flows);
    const ringfences = activeOf(own);
    const onlyDraft = ringfences.length === 0 ? draftOf(own) : [];
    const modes = modeCounts(members);
    const managed = members.filter((workload) => workload.managed).length;
    const hasRingfence = ringfences.length > 0;
    const result = readiness({
      connections: connectionsOf(flows),
      hasRingfence,
      modes,
      uncoveredApps: remote.uncovered.length,
    });
    return {
      ...name,
      ...placeOf(name),
      modes,
      managed,
      result,
      readiness: result.score,
      hasRingfence,
      uncovered: whole.uncoveredServices.length,
      blockers: recommendations({ whole, ringfences, onlyDraft, modes, managed, remote }),
    };
  });
}

type Place = Pick<RolloutApp, 'infrastructure' | 'hub'>;

/** Where applications stand among the others, by the traffic that VENs evaluated. */
function placesIn(groups: readonly FlowGroup[]): (name: { readonly app: string; readonly env: string }) => Place {
  const key = ({ app, env }: { readonly app: string; readonly env: string }): string => JSON.stringify([app, env]);
  const { contacts } = contactsOf(groups);
  const graph = appGraph(contacts.filter(({ policy }) => policy !== 'unknown'));
  const { scores } = infrastructureScores(graph, { productionEnvs: PRODUCTION });
  const scoreOf = new Map(scores.map((score) => [key(score), score]));
  const hubOf = new Map(serviceHubs(serviceContactsOf(groups), HUBS).map((hub) => [key(hub), hub]));
  return (name) => ({ infrastructure: scoreOf.get(key(name)) ?? null, hub: hubOf.get(key(name)) ?? null });
}

interface Labelled {
  readonly app: LabelRef;
  readonly env: LabelRef;
  readonly members: readonly Workload[];
}

function applicationsIn(workloads: readonly Workload[]): readonly Labelled[] {
  const label = (workload: Workload, wanted: string): LabelRef | undefined =>
    workload.labels.find(({ key }) => key === wanted);
  const groups = Map.groupBy(
    workloads,
    (workload) => `${label(workload, 'app')?.href} ${label(workload, 'env')?.href}`,
  );
  return [...groups.values()].flatMap((members) => {
    const [first] = members;
    const [app, env] = first === undefined ? [] : [label(first, 'app'), label(first, 'env')];
    return app === undefined || env === undefined ? [] : [{ app, env, members }];
  });
}

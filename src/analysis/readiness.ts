/** Weights of the score; they sum to 100 (reference-server.md §2.3, with the mode share of workloads instead of "all or any"). */
export const READINESS_WEIGHTS = {
  policy_coverage: 40,
  ringfence: 20,
  enforcement_mode: 20,
  no_blocked_traffic: 10,
  remote_apps_covered: 10,
} as const;

/** What a workload in each mode adds to the mode points. */
export const MODE_POINTS = { full: 20, selective: 10, visibility_only: 5, idle: 0 } as const;

export interface ReadinessFacts {
  /** Connections by reported decision. */
  readonly connections: { readonly allowed: number; readonly evaluated: number; readonly blocked: number };
  readonly hasRingfence: boolean;
  /** Managed workloads by mode. */
  readonly modes: Readonly<Record<keyof typeof MODE_POINTS, number>>;
  /** Remote applications whose inbound traffic no rule covers. */
  readonly uncoveredApps: number;
}

export type Component = keyof typeof READINESS_WEIGHTS;

export interface Readiness {
  /** 0 to 100, one decimal; null without traffic that a VEN evaluated: nothing could be said of 60 of the 100 points. */
  readonly score: number | null;
  readonly level: string;
  readonly components: Readonly<Record<Component, number>>;
}

const round = (value: number): number => Math.round(value * 10) / 10;

/**
 * How ready an application is for enforcement. Points: 40 × share of connections a rule allows; 20 for a ringfence; 20·full + 10·selective
 * + 5·visibility share of its workloads; 10 when nothing was blocked; 10 when every remote application has allowed traffic.
 */
export function readiness({ connections, hasRingfence, modes, uncoveredApps }: ReadinessFacts): Readiness {
  const workloads = Object.values(modes).reduce((sum, count) => sum + count, 0);
  const modePoints = (['full', 'selective', 'visibility_only'] as const)
    .map((mode) => MODE_POINTS[mode] * modes[mode])
    .reduce((sum, points) => sum + points, 0);
  const measured = connections.evaluated > 0;
  const components = {
    policy_coverage: measured
      ? round((READINESS_WEIGHTS.policy_coverage * connections.allowed) / connections.evaluated)
      : 0,
    ringfence: hasRingfence ? READINESS_WEIGHTS.ringfence : 0,
    enforcement_mode: workloads === 0 ? 0 : round(modePoints / workloads),
    no_blocked_traffic: measured && connections.blocked === 0 ? READINESS_WEIGHTS.no_blocked_traffic : 0,
    remote_apps_covered: measured && uncoveredApps === 0 ? READINESS_WEIGHTS.remote_apps_covered : 0,
  };
  if (!measured) return { score: null, level: 'No score: no traffic that a VEN evaluated', components };
  const score = round(Object.values(components).reduce((sum, points) => sum + points, 0));
  return { score, level: levelOf(score), components };
}

function levelOf(score: number): string {
  if (score >= 80) return 'Ready for enforcement';
  return score >= 50 ? 'Partially ready: close the gaps first' : 'Not ready: policy is missing';
}

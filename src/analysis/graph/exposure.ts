import type { RuleReach } from '../rules/members.ts';
import { opens, type RiskyService, RISKY_SERVICES } from './port-risk.ts';

/** Weight of a risky service in an exposure, by level (users.md §4.6). */
export const LEVEL_WEIGHTS = { critical: 4, high: 3, medium: 2, low: 1 } as const;

export interface Exposed {
  readonly mode: string;
  readonly managed: boolean;
}

export type Protection = 'protected_closed' | 'protected_open' | 'unprotected';

export interface ServiceExposure {
  readonly service: RiskyService;
  readonly state: Protection;
  /** 1 closed, 1 − breadth where open to some, 0 unprotected. */
  readonly share: number;
}

/** How open each risky service of each workload is: nobody, some sources, or everybody because nothing enforces. */
export function exposures(
  reach: readonly RuleReach[],
  workloads: readonly Exposed[],
  enforced: (workload: number, service: RiskyService) => boolean,
): readonly (readonly ServiceExposure[])[] {
  const count = workloads.length;
  const sources = new Map<RiskyService, Float64Array>();
  for (const service of RISKY_SERVICES) {
    const widest = new Float64Array(count);
    for (const { rule, providers, consumers, services } of reach) {
      if (rule.kind !== 'allow') continue;
      const opensIt = services.some((entry) =>
        service.protos.some((proto) => opens(entry, { proto, port: service.from })),
      );
      if (!opensIt) continue;
      // A list of addresses is taken for the share of the estate that it holds; one that holds none still opens it a little.
      const breadth = Math.max(
        (consumers.workloads.size + consumers.byAddress.size) / Math.max(1, count),
        consumers.addressSets.length > 0 ? 1 / Math.max(1, count) : 0,
      );
      for (const index of providers.workloads) widest[index] = Math.max(widest[index] ?? 0, Math.min(1, breadth));
    }
    sources.set(service, widest);
  }
  return workloads.map((_, index) =>
    RISKY_SERVICES.map((service) => {
      const breadth = sources.get(service)?.[index] ?? 0;
      if (!enforced(index, service)) return { service, state: 'unprotected', share: 0 };
      return breadth === 0
        ? { service, state: 'protected_closed', share: 1 }
        : { service, state: 'protected_open', share: 1 - breadth };
    }),
  );
}

/** 0 to 100: Σ weight × share ÷ Σ weight (users.md §4.6; ours, the PCE's own formula is not published). */
export function protection(services: readonly ServiceExposure[]): number {
  const weight = services.reduce((sum, { service }) => sum + LEVEL_WEIGHTS[service.level], 0);
  const kept = services.reduce((sum, { service, share }) => sum + LEVEL_WEIGHTS[service.level] * share, 0);
  return weight === 0 ? 0 : Math.round((1000 * kept) / weight) / 10;
}

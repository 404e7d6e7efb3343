import {
  type Application,
  type Candidate,
  type Evidence,
  evidenceOf,
  observedPairs,
} from '../../analysis/policy/proposal.ts';
import { quoteValue } from '../../core/expression.ts';
import type { Service, Workload } from '../../model/inventory.ts';
import { hasPorts, protocolName } from '../../model/services/protocols.ts';
import type { ServiceItem } from '../../changes/refs-services.ts';
import { integer, number, text, texts } from '../fields.ts';
import { present } from '../present.ts';
import { portText } from '../protocols.ts';
import type { AppTarget } from './app-target.ts';

/** What becomes of a candidate: into the plan, for somebody to decide, a matter of another application's ruleset, or left out. */
export type Placement = 'planned' | 'review' | 'remote' | 'excluded';

export interface ProposalRow {
  readonly placement: Placement;
  readonly direction: string;
  readonly consumers: string;
  readonly providers: string;
  readonly services: readonly string[];
  readonly connections: number;
  readonly edges: number;
  readonly source_hosts: number;
  readonly destination_hosts: number;
  readonly first_seen?: string;
  readonly last_seen?: string;
  readonly evidence: string;
  readonly over_grant?: number;
  readonly risky?: readonly string[];
  readonly why?: string;
}

export const proposalItem = {
  placement: text,
  direction: text,
  consumers: text,
  providers: text,
  services: texts,
  connections: integer,
  edges: integer,
  source_hosts: integer,
  destination_hosts: integer,
  first_seen: text,
  last_seen: text,
  evidence: text,
  over_grant: number,
  risky: texts,
  why: text,
} as const;

export interface Placed {
  readonly candidate: Candidate;
  readonly evidence: Evidence;
  readonly placement: Placement;
  readonly why: string | null;
  /** The services as a rule takes them; null where no object says one of them. */
  readonly items: readonly ServiceItem[] | null;
}

/** Where a candidate goes, and why. Reuses service objects that are exactly what was seen. */
export function placed(
  candidate: Candidate,
  {
    services,
    reuse,
    risky,
    remoteRuleSets,
  }: {
    readonly services: readonly Service[];
    readonly reuse: boolean;
    readonly risky: 'review' | 'exclude';
    readonly remoteRuleSets: boolean;
  },
): Placed {
  const evidence = evidenceOf(candidate);
  const items =
    candidate.services === null ? [{ service: 'All Services' }] : serviceItems(candidate.services, services, reuse);
  const at = (placement: Placement, why: string | null): Placed => ({ candidate, evidence, placement, why, items });
  if (candidate.direction === 'unknown') return at('review', 'an end has no label and is in no IP list');
  if (candidate.services !== null && candidate.risky.length > 0)
    return at(risky === 'exclude' ? 'excluded' : 'review', 'a service that ransomware uses');
  if (candidate.direction === 'remote' && !remoteRuleSets)
    return at('remote', 'belongs into the ruleset of the destination; remote_rulesets plans it there');
  if (candidate.direction === 'remote' && remoteOf(candidate) === null)
    return at('remote', 'the destination has no app and env label, so it has no ruleset of its own');
  if (candidate.services?.every(isDynamic) === true)
    return at('review', 'only dynamic ports: no service listens there for long');
  if (items === null) return at('review', 'no service object stands for one of the protocols');
  if (evidence.verdict === 'weak') return at('review', 'fewer than ten connections');
  return at('planned', null);
}

/** The application that a rule for another one is about; null where the destination lacks a label. */
export function remoteOf({ edges: [edge] }: Candidate): Application | null {
  const { app, env } = edge?.destination.labels ?? {};
  return app === undefined || env === undefined ? null : { app, env };
}

/** Linux hands out ports from 32768 on, Windows from 49152. */
const DYNAMIC_FROM = 32_768;
const isDynamic = ({ port }: NonNullable<Candidate['services']>[number]): boolean => (port ?? 0) >= DYNAMIC_FROM;

function serviceItems(
  seen: NonNullable<Candidate['services']>,
  services: readonly Service[],
  reuse: boolean,
): readonly ServiceItem[] | null {
  const items: ServiceItem[] = [];
  for (const { proto, port } of seen) {
    const known = reuse || !hasPorts(proto) ? services.find((service) => isExactly(service, proto, port)) : undefined;
    if (known !== undefined) items.push({ service: known.name });
    else if (hasPorts(proto) && port !== null) items.push({ port, proto: protocolName(proto) });
    else return null;
  }
  return items;
}

const isExactly = ({ kind, process, ports }: Service, proto: number, port: number | null): boolean => {
  const [only, ...more] = ports;
  return (
    kind === 'ports' &&
    process === null &&
    more.length === 0 &&
    only !== undefined &&
    only.proto === proto &&
    only.port === port &&
    only.toPort === null &&
    only.icmpType === null
  );
};

export function proposalRow(
  { candidate, evidence, placement, why }: Placed,
  target: AppTarget,
  workloads: readonly Workload[],
): ProposalRow {
  const { direction, consumers, providers, services, edges, risky } = candidate;
  return {
    placement,
    direction,
    consumers: consumers.join(' '),
    providers: providers.join(' '),
    services: services === null ? ['All Services'] : services.map(({ proto, port }) => portText(proto, port)),
    connections: evidence.connections,
    edges: edges.length,
    source_hosts: evidence.sources,
    destination_hosts: evidence.destinations,
    evidence: evidence.verdict,
    ...present({
      first_seen: evidence.first,
      last_seen: evidence.last,
      over_grant: overGrant(candidate, target, workloads),
      risky: risky.length === 0 ? null : [...new Set(risky.map(({ name, level }) => `${name} (${level})`))],
      why,
    }),
  };
}

/**
 * How much wider the rule is than its use: 1 - observed pairs of hosts / allowed pairs (users.md §4.3). Null where a side is made of
 * addresses, whose number says nothing.
 */
function overGrant(candidate: Candidate, target: AppTarget, workloads: readonly Workload[]): number | null {
  const members = (terms: readonly string[], isInside: boolean): readonly Workload[] | null =>
    terms.some((term) => /^(?:iplist|workload):/.test(term))
      ? null
      : workloads.filter((workload) => (!isInside || target.owns(workload)) && carriesAll(workload, terms));
  const from = members(candidate.consumers, candidate.direction !== 'inbound');
  const to = members(candidate.providers, candidate.direction === 'inside' || candidate.direction === 'inbound');
  if (from === null || to === null) return null;
  const same = from.filter((workload) => to.includes(workload)).length;
  const allowed = from.length * to.length - same;
  return allowed <= 0 ? 0 : Math.max(0, Math.round(100 * (1 - observedPairs(candidate) / allowed)) / 100);
}

const carriesAll = ({ labels }: Workload, terms: readonly string[]): boolean =>
  terms.every((term) => term === 'ams' || labels.some(({ key, value }) => `${key}=${quoteValue(value)}` === term));

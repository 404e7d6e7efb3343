import type { Workload } from '../../model/inventory.ts';
import { ipv4Count } from '../../model/addresses/set.ts';
import type { Members, RuleReach } from '../rules/members.ts';
import { type ComplianceFacts, type Flow, labelOf } from './facts.ts';

/** A /8 or more: as good as anybody. */
const WIDE_ADDRESSES = 2 ** 24;
const PRODUCTION = new Set(['prod', 'production', 'prd', 'live']);
const PRE_PRODUCTION = new Set([
  'dev',
  'development',
  'test',
  'testing',
  'qa',
  'uat',
  'staging',
  'stage',
  'stg',
  'nonprod',
]);
const JUMP = /\b(jump|bastion|pam)\b|jump/i;
const DMZ = /^dmz$/i;
/** So many applications that meet one on the same port make it shared infrastructure, which every environment needs. */
const SHARED_BY = 10;

export const isProduction = (workload: Workload | undefined): boolean =>
  PRODUCTION.has((labelOf(workload, 'env') ?? '').toLowerCase());
export const isPreProduction = (workload: Workload | undefined): boolean =>
  PRE_PRODUCTION.has((labelOf(workload, 'env') ?? '').toLowerCase());
export const isJumpHost = (workload: Workload | undefined): boolean =>
  JUMP.test(labelOf(workload, 'role') ?? '') || JUMP.test(labelOf(workload, 'app') ?? '');
export const isInDmz = (workload: Workload | undefined): boolean => DMZ.test(labelOf(workload, 'zone') ?? '');

/** Selects addresses so widely that no source is named by it. */
export const isWide = ({ addressSets, negated }: Members): boolean =>
  negated || addressSets.some((set) => ipv4Count(set) >= WIDE_ADDRESSES);

/** Includes public addresses: far more than the private ranges have. */
export const isPublic = ({ addressSets, negated }: Members): boolean =>
  negated || addressSets.some((set) => ipv4Count(set) > 2 ** 30);

export const inScope = ({ scope }: ComplianceFacts, { workloads }: Members): boolean =>
  [...workloads].some((index) => scope.has(index));

export const allowRules = ({ rules }: ComplianceFacts): readonly RuleReach[] =>
  rules.filter(({ rule }) => rule.kind === 'allow');

export const isInbound = ({ scope }: ComplianceFacts, { from, to }: Flow): boolean =>
  to.workload !== null && scope.has(to.workload) && !(from.workload !== null && scope.has(from.workload));

export const isTo = ({ scope }: ComplianceFacts, { to }: Flow): boolean =>
  to.workload !== null && scope.has(to.workload);

/**
 * Applications that ten others or more meet on one port: directory and name service, which all use; monitoring and backup, which use all.
 */
export function sharedApps({ workloads, flows }: ComplianceFacts): ReadonlySet<string> {
  const peersOf = new Map<string, { readonly app: string; readonly peers: Set<string> }>();
  for (const { from, to, port, proto } of flows) {
    if (from.workload === null || to.workload === null) continue;
    const [source, destination] = [workloads[from.workload], workloads[to.workload]];
    for (const [side, one, other] of [
      ['serves', destination, source],
      ['uses', source, destination],
    ] as const) {
      const app = labelOf(one, 'app');
      if (app === null) continue;
      const key = `${side} ${proto}/${port} ${app}`;
      const known = peersOf.get(key) ?? { app, peers: new Set() };
      known.peers.add(`${labelOf(other, 'app')} ${labelOf(other, 'env')}`);
      peersOf.set(key, known);
    }
  }
  return new Set([...peersOf.values()].filter(({ peers }) => peers.size >= SHARED_BY).map(({ app }) => app));
}

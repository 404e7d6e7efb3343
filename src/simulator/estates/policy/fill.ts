import type { Landscape } from '../landscape.ts';
import { allow, FILLER, type PolicyContext, type RuleSetDraft } from './draft.ts';
import { RETIRED_RULESET } from './names.ts';

/** Agents that a server farm is asked on by its monitoring and backup, application by application. */
const AGENTS = [
  ['CORE | Monitoring', 'role=poller & app=monitoring', '10050'],
  ['CORE | Backup', 'role=media & app=backup', 'NETBACKUP'],
  ['CORE | Monitoring', 'role=poller & app=monitoring', '5666'],
  ['CORE | Monitoring', 'role=poller & app=monitoring', '161u'],
  ['CORE | Monitoring', 'role=server & app=monitoring', '10050'],
] as const;

/** Agent rules, one application each, until the estate has `wanted` allow rules beside the retired ruleset; `Default` has one of them. */
export function fillMonitoring(
  context: PolicyContext,
  sets: readonly RuleSetDraft[],
  { apps, copies }: Landscape,
  wanted: number,
): void {
  const originals = sets.filter((set) => set.name !== RETIRED_RULESET);
  const have = originals.reduce((sum, set) => sum + set.rules.length, 1);
  // The exact number is that of the original estate; a replicated one gets a fair share of agents and is brought to size elsewhere.
  let missing = copies.length > 1 ? 100 : wanted - have;
  if (missing < 0) throw new RangeError(`${-missing} allow rules too many`);
  for (const [name, consumers, service] of AGENTS) {
    const set = sets.find((each) => each.name === name);
    if (set === undefined) continue;
    for (const { spec } of apps.values()) {
      if (missing === 0) return;
      if (spec.app === 'dns-dhcp' || spec.app === 'vdi' || `app=${spec.app}` === consumers.split(' & ')[1]) continue;
      allow(context, set, `app=${spec.app}`, consumers, service, { tags: ['agent'] });
      missing--;
    }
  }
  if (missing > 0) throw new RangeError(`${missing} allow rules missing`);
}

/** Brings the rulesets of replicated applications to the profile's number of rules: one rule per pair of tiers and port. */
export function fillReplicas(
  context: PolicyContext,
  { apps }: Landscape,
  byGroup: ReadonlyMap<string, RuleSetDraft>,
  wanted: number,
): void {
  const replicas = [...byGroup.values()].filter((set) => /-\d\d \| /.test(set.name));
  if (replicas.length === 0) return;
  // `Default` adds its one rule later.
  const missing = wanted - 1 - context.notes.length;
  for (let i = 0; i < missing; i++) {
    const set = replicas[i % replicas.length];
    const spec = apps.get(set?.app?.replace(/-[a-z]+-\d\d$/, '') ?? '')?.spec;
    if (set === undefined || spec === undefined) continue;
    const turn = Math.floor(i / replicas.length);
    const roles = spec.roles.map((each) => `role=${each.role}`);
    const to = roles[turn % roles.length] ?? 'ams';
    const from = roles[Math.floor(turn / roles.length) % roles.length] ?? 'ams';
    allow(context, set, to, from, String(11_000 + turn), { tags: [FILLER] });
  }
}

import type { Answer } from '../../answer/answer.ts';
import type { ObservedPort, Remote } from '../../analysis/ringfence/discovery.ts';
import type { OtherPeer } from '../../analysis/ringfence/others.ts';
import { undoText, type ChangeRow } from '../change.ts';
import { plural } from '../listing.ts';
import { portText } from '../protocols.ts';
import type { RingfenceArguments, RingfencePlan } from './create-ringfence-plan.ts';
import { ruleText } from './create-ringfence-steps.ts';

const PORTS = 5;
/** Few, so that the rules are never what an answer leaves out. */
const OTHERS = 10;
const BROKEN = 5;
/** Made-up hrefs of planned rules, and the notes behind them. */
const PLANNED = / \/orgs\/0\/.*$| \/orgs\/\S+planned.*$/;

const portNames = (ports: readonly ObservedPort[]): readonly string[] => [
  ...ports.slice(0, PORTS).map(({ port, proto }) => portText(proto, port)),
  ...(ports.length > PORTS ? [`and ${ports.length - PORTS} more`] : []),
];

const remoteRow = ({ app, env, coverage, connections, ports }: Remote) => ({
  app,
  env,
  coverage,
  connections,
  observed_ports: portNames(ports),
});

/** How a source without labels is handled by this plan. */
function handling({ kind }: OtherPeer, allows: boolean, selective: boolean): string {
  const fate = selective ? 'blocked by the deny rule unless another rule allows it' : 'no rule made';
  if (!allows) return fate;
  return kind === 'address' || kind === 'internet'
    ? `${fate}: no narrow IP list names it`
    : 'allowed by a rule of its own';
}

/** The fields of the reference server's summary (reference-server.md §2.1), and what the plan leaves out and would block. */
export function ringfenceFields(plan: RingfencePlan, args: RingfenceArguments) {
  const { application, found, wanted, placed, impact, unhandled, words, name } = plan;
  const count = (coverage: Remote['coverage']): number =>
    found.inbound.filter((remote) => remote.coverage === coverage).length;
  const skipped = args.skip_allowed === true ? found.inbound.filter((one) => one.coverage === 'already_allowed') : [];
  const covered = placed.flatMap(({ present }) => present);
  const [home] = placed;
  return {
    app: application.app.value,
    env: application.env.value,
    app_label_href: application.app.href,
    env_label_href: application.env.href,
    lookback_days: plan.lookbackDays,
    skip_allowed: args.skip_allowed === true,
    tier: wanted.tier,
    flows_analysed: found.rows,
    policy_coverage: {
      already_allowed: count('already_allowed'),
      newly_allowed: count('newly_allowed'),
      total_remote_apps: found.inbound.length,
      description: 'already_allowed: rules allowed all of the observed traffic; newly_allowed: not all of it',
    },
    inbound_remote_apps: found.inbound.map(remoteRow),
    outbound_remote_apps: found.outbound.map(remoteRow),
    other_sources: found.otherSources.slice(0, OTHERS).map((other) => ({
      kind: other.kind,
      name: other.name,
      addresses: other.addresses,
      connections: other.connections,
      coverage: other.coverage,
      observed_ports: portNames(other.ports),
      handling: handling(other, wanted.allowOthers, wanted.selective),
    })),
    other_sources_total: found.otherSources.length,
    selective: wanted.selective,
    ...(wanted.selective ? { deny_consumer: wanted.denyConsumer, enforcement_mode: 'selective' } : {}),
    discovery_truncated: found.coverage.truncated,
    ...(skipped.length === 0 ? {} : { skipped_already_allowed: skipped.map(({ app, env }) => `${app} (${env})`) }),
    ...(covered.length === 0 ? {} : { skipped_existing_rules: covered.map((rule) => ruleText(rule, words)) }),
    ...(unhandled.length === 0 ? {} : { unhandled: unhandled.map(({ what, why }) => `${what}: ${why}`) }),
    ruleset: {
      ...(home?.place.ruleSet ? { href: home.place.ruleSet.href } : {}),
      name,
      merged: home?.place.ruleSet !== null,
      rules: placed.flatMap(({ missing }) =>
        missing.map((rule) => ({
          type: rule.type,
          rule: ruleText(rule, words),
          ...(rule.coverage === undefined ? {} : { coverage: rule.coverage }),
        })),
      ),
    },
    would_block: {
      if_mode: wanted.selective ? 'selective' : 'full',
      sentence: impact.sentence,
      edges: impact.totals.will_break.edges,
      connections: impact.totals.will_break.connections,
      flows: impact.rows
        .filter(({ change }) => change === 'will_break' || change === 'may_break')
        .slice(0, BROKEN)
        .map(
          ({ from, to, service, connections, because }) =>
            `${from} -> ${to} ${service} (${connections}): ${because.replace(PLANNED, '')}`,
        ),
    },
  };
}

/** What a merge finds nothing to add to. */
export function nothingToAdd(
  plan: RingfencePlan,
  args: RingfenceArguments & { readonly dry_run?: boolean | undefined },
): Answer<ChangeRow> {
  const fields = ringfenceFields(plan, args);
  const message = `The ringfence ${plan.name} is complete: ${plural(fields.skipped_existing_rules?.length ?? 0, 'wanted rule')} there already, nothing to add.`;
  return {
    answer: message,
    items: [],
    totals: { requests: 0, done: 0 },
    coverage: plan.found.coverage,
    extra: { ...fields, message, state: 'unchanged', dry_run: args.dry_run === true, undo: undoText([]) },
  };
}

/** One or two sentences: what the ringfence lets in, leaves out, and would block. */
export function ringfenceSentence({ found, wanted, impact, placed }: RingfencePlan): string {
  const rules = placed.reduce((sum, { missing }) => sum + missing.length, 0);
  return [
    `${plural(rules, 'rule')}; ${plural(found.inbound.length, 'remote application')} inbound`,
    found.otherSources.length === 0
      ? ''
      : `, ${plural(found.otherSources.length, 'source')} without app and env label ${wanted.allowOthers ? 'handled' : 'not allowed'}`,
    `. In mode ${wanted.selective ? 'selective' : 'full'} it would block ${plural(impact.totals.will_break.edges, 'observed edge')} (${plural(impact.totals.will_break.connections, 'connection')}).`,
  ].join('');
}

import {
  denyRule,
  inboundRules,
  intraRules,
  otherRules,
  outboundRules,
  type References,
  type RingfenceRule,
  type Unhandled,
  type Wanted,
} from '../../analysis/ringfence/rules.ts';
import { ownRuleSets } from '../../analysis/ringfence/existing.ts';
import type { PlannedRequest } from '../../changes/plan.ts';
import { resolveServices, type ServiceItem } from '../../changes/refs-services.ts';
import type { RefWords } from '../../changes/widening-rules.ts';
import { ANY_IP_LIST } from '../../changes/refs-actors.ts';
import { Failure } from '../../core/errors.ts';
import type { Href } from '../../core/href.ts';
import { draftWords } from '../policy/ref-words.ts';
import { refSource } from '../policy/rule-set.ts';
import { type Application, applicationOf } from '../risk/application.ts';
import { applicationQuery, DEFAULT_LOOKBACK_DAYS } from '../risk/application-flows.ts';
import type { TrafficQuery } from '../../pce/traffic/query.ts';
import type { ToolContext } from '../tool.ts';
import { type Discovered, discovered } from './create-ringfence-discovery.ts';
import { ringfenceImpact } from './create-ringfence-impact.ts';
import { missingRules, type PlacedRules, placeOf, ruleSetSteps, wideningOf } from './create-ringfence-steps.ts';
import type { PolicyImpact } from './policy-impact.ts';

export interface RingfenceArguments {
  readonly app_name: string;
  readonly env_name: string;
  readonly lookback_days?: number | undefined;
  readonly ruleset_name?: string | undefined;
  readonly selective?: boolean | undefined;
  readonly skip_allowed?: boolean | undefined;
  readonly deny_consumer?: Wanted['denyConsumer'] | undefined;
  readonly deny_service?: readonly ServiceItem[] | undefined;
  readonly tier?: Wanted['tier'] | undefined;
  readonly other_sources?: 'list' | 'allow' | undefined;
  readonly outbound?: boolean | undefined;
  readonly remote_rulesets?: boolean | undefined;
}

/** A ringfence as it would be made now. */
export interface RingfencePlan {
  readonly application: Application;
  readonly name: string;
  readonly lookbackDays: number;
  /** The flows it rests on: all of the application. */
  readonly query: TrafficQuery;
  readonly found: Discovered;
  readonly wanted: Wanted;
  readonly placed: readonly PlacedRules[];
  readonly requests: readonly PlannedRequest[];
  readonly unhandled: readonly Unhandled[];
  readonly widening: readonly string[];
  readonly warnings: readonly string[];
  readonly impact: PolicyImpact;
  readonly words: RefWords;
}

/** Looks at the traffic and the draft policy and works out every request; sends none. */
export async function planRingfence(args: RingfenceArguments, context: ToolContext): Promise<RingfencePlan> {
  const application = await applicationOf(args, context);
  const own = { app: application.app.value, env: application.env.value };
  const lookbackDays = args.lookback_days ?? DEFAULT_LOOKBACK_DAYS;
  const refs = await references(context);
  const wanted: Wanted = {
    own,
    tier: args.tier ?? 'ringfence',
    selective: args.selective === true,
    denyConsumer: args.deny_consumer ?? 'any',
    denyServices: await denyServices(args, context),
    allowOthers: args.other_sources === 'allow',
  };
  const name = args.ruleset_name ?? `RF-${own.app}-${own.env}`;
  const scope = [application.app.href, application.env.href];
  const query = await applicationQuery(application, lookbackDays, context);
  const found = await discovered(application, query, context);
  const drafts = await context.pce.ruleSets('draft', {}, { signal: context.signal });
  const words = await draftWords(drafts.items, context);

  const inner = intraRules(found, wanted, refs);
  const inbound = found.inbound
    .filter(({ coverage }) => args.skip_allowed !== true || coverage === 'newly_allowed')
    .map((remote) => inboundRules(remote, wanted, refs));
  const others = wanted.allowOthers ? otherRules(found.otherSources, wanted, refs) : { rules: [], unhandled: [] };
  const rules = [
    ...inner.rules,
    ...(wanted.selective ? [denyRule(wanted, refs)] : []),
    ...inbound.flatMap((part) => part.rules),
    ...others.rules,
  ];
  const home = await placeOf({ name, scope, description: `Ringfence for ${own.app} (${own.env})` }, context);
  const outward = args.outbound === true ? await outboundPlaces(found, wanted, refs, args, context) : NOTHING;
  const placed = [home, ...outward.places].map((place, index) =>
    missingRules(place, index === 0 ? rules : (outward.rules[index - 1] ?? []), words),
  );
  const { orgId } = (await context.changes()).pce;
  const requests = placed.reduce<readonly PlannedRequest[]>(
    (steps, one) => [...steps, ...ruleSetSteps(one, { offset: steps.length, words, orgId })],
    [],
  );
  const unhandled = [
    ...inner.unhandled,
    ...inbound.flatMap((part) => part.unhandled),
    ...others.unhandled,
    ...outward.unhandled,
  ];
  const twins = ownRuleSets(drafts.items, { app: application.app.href, env: application.env.href }).filter(
    (one) => one.name !== name,
  );
  return {
    application,
    name,
    lookbackDays,
    query,
    found,
    wanted,
    placed,
    requests,
    unhandled,
    widening: wideningOf(
      placed.flatMap(({ missing }) => missing),
      words,
    ),
    warnings: [
      ...twins.map((twin) => `The ruleset ${twin.name} has the same scope; ruleset_name merges into it.`),
      ...(args.deny_service !== undefined && !wanted.selective ? ['deny_service is used with selective only.'] : []),
    ],
    impact: await ringfenceImpact(application, placed, wanted.selective ? 'selective' : 'full', query, context),
    words,
  };
}

const NOTHING = { places: [], rules: [], unhandled: [] };

/** Where outbound rules go: one ruleset without scope, or one for each other application. */
async function outboundPlaces(
  found: Discovered,
  wanted: Wanted,
  refs: References,
  args: RingfenceArguments,
  context: ToolContext,
) {
  const scoped = args.remote_rulesets === true;
  const parts = found.outbound
    .filter(({ coverage }) => args.skip_allowed !== true || coverage === 'newly_allowed')
    .map((remote) => ({ remote, ...outboundRules(remote, wanted, refs, { scoped }) }));
  const unhandled = parts.flatMap((part) => part.unhandled);
  if (!scoped) {
    const rules: readonly RingfenceRule[] = parts.flatMap((part) => part.rules);
    if (rules.length === 0) return { places: [], rules: [], unhandled };
    const name = `${wanted.own.app}-outbound`;
    const place = await placeOf({ name, scope: [], description: `Outbound of ${wanted.own.app}` }, context);
    return { places: [place], rules: [rules], unhandled };
  }
  const made = parts.filter(({ rules }) => rules.length > 0);
  const places = await Promise.all(
    made.map(({ remote: { app, env } }) =>
      placeOf(
        {
          name: `${app}-${env}`,
          scope: [refs.label('app', app), refs.label('env', env)].filter((href): href is Href => href !== null),
          description: `Inbound of ${app} (${env}) from other applications`,
        },
        context,
      ),
    ),
  );
  return { places, rules: made.map((part) => part.rules), unhandled };
}

async function denyServices(args: RingfenceArguments, context: ToolContext): Promise<Wanted['denyServices']> {
  if (args.deny_service === undefined || args.selective !== true) return [];
  const picks = await resolveServices(args.deny_service, 'ingress_services', 'deny', await refSource(context));
  return picks.map(({ ref }) => ref);
}

/** Labels and IP lists by name, with the two objects every ringfence needs. Their absence is an error: another flavour would be wider. */
async function references({ pce, signal }: ToolContext): Promise<References> {
  const [labels, lists, allServices] = await Promise.all([
    pce.labels({}, { signal }),
    pce.ipLists('draft', {}, { signal }),
    pce.resolve.service('All Services', 'draft', { signal }),
  ]);
  const labelOf = new Map(labels.items.map(({ key, value, href }) => [JSON.stringify([key, value]), href]));
  const listOf = new Map(lists.items.map(({ name, href }) => [name, href]));
  const anyList = listOf.get(ANY_IP_LIST) ?? listOf.get('Any (0.0.0.0/0)');
  if (anyList === undefined)
    throw new Failure('not_found', {
      message: `The built-in IP list ${ANY_IP_LIST} is not there.`,
      remedy: 'Create an IP list of that name with 0.0.0.0/0 and ::/0, or ask your administrator.',
    });
  return {
    label: (key, value) => labelOf.get(JSON.stringify([key, value])) ?? null,
    ipList: (name) => listOf.get(name) ?? null,
    anyList,
    allServices: allServices.href,
  };
}

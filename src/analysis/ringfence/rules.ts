import type { Href } from '../../core/href.ts';
import type { Actor, RuleKind, ServiceRef } from '../../model/inventory.ts';
import { hasPorts } from '../../model/services/protocols.ts';
import type { RuleShape } from './covers.ts';
import type { AppAndEnv, Discovery, ObservedPort, Remote, RolePair } from './discovery.ts';
import type { OtherPeer } from './others.ts';

export type Tier = 'ringfence' | 'tiered' | 'strict';
export type DenyConsumer = 'any' | 'ams' | 'ams_and_any';

/** A rule that a ringfence wants. */
export interface RingfenceRule extends RuleShape {
  readonly type: 'intra-scope' | 'deny (block all inbound)' | 'extra-scope allow (inbound)' | 'allow (outbound)';
  readonly description: string;
  readonly coverage?: 'already_allowed' | 'newly_allowed';
  readonly ports: readonly ObservedPort[];
  /** Where the rule is for another application. */
  readonly remote?: AppAndEnv;
}

/** Names to hrefs; null where the PCE has no such thing (any more). */
export interface References {
  readonly label: (key: string, value: string) => Href | null;
  readonly ipList: (name: string) => Href | null;
  readonly anyList: Href;
  readonly allServices: Href;
}

export interface Wanted {
  readonly own: AppAndEnv;
  readonly tier: Tier;
  readonly selective: boolean;
  readonly denyConsumer: DenyConsumer;
  readonly denyServices: readonly ServiceRef[];
  /** Also allow sources that no app and env label names. */
  readonly allowOthers: boolean;
}

/** What could not be turned into a rule, and why. */
export interface Unhandled {
  readonly what: string;
  readonly why: string;
}

const AMS: Actor = { kind: 'ams' };
const label = (href: Href): Actor => ({ kind: 'label', href, exclusion: false });
const every = ({ allServices }: References): readonly ServiceRef[] => [{ kind: 'service', href: allServices }];

const rule = (
  type: RingfenceRule['type'],
  kind: RuleKind,
  over: Pick<RingfenceRule, 'providers' | 'consumers' | 'services' | 'description'> & Partial<RingfenceRule>,
): RingfenceRule => ({ type, kind, unscopedConsumers: false, ports: [], ...over });

/** Observed ports as a rule has them; what has no port (ICMP) cannot be written into a rule without a service object. */
const asServices = (ports: readonly ObservedPort[]): readonly ServiceRef[] =>
  ports.flatMap(({ port, proto }) =>
    port === null || !hasPorts(proto) ? [] : [{ kind: 'ports' as const, proto, port, toPort: null }],
  );

/** Rules inside the application: everything, or one for each pair of roles that talked. */
export function intraRules(
  { intra }: Discovery,
  { tier }: Wanted,
  refs: References,
): { readonly rules: readonly RingfenceRule[]; readonly unhandled: readonly Unhandled[] } {
  if (tier === 'ringfence')
    return {
      rules: [
        rule('intra-scope', 'allow', {
          providers: [AMS],
          consumers: [AMS],
          services: every(refs),
          description: 'ringfence: everything inside',
        }),
      ],
      unhandled: [],
    };
  return byPair(intra, tier, refs, ({ consumers, providers, services, ports }) =>
    rule('intra-scope', 'allow', {
      consumers,
      providers,
      services,
      ports,
      description: 'observed between these roles',
    }),
  );
}

interface Sides {
  readonly consumers: readonly Actor[];
  readonly providers: readonly Actor[];
  readonly services: readonly ServiceRef[];
  readonly ports: readonly ObservedPort[];
}

/** One rule a pair; `remote` is the source here. Roles that are missing, and ports that cannot be written, are said. */
function byPair(
  pairs: readonly RolePair[],
  tier: Tier,
  refs: References,
  make: (sides: Sides) => RingfenceRule,
): { readonly rules: readonly RingfenceRule[]; readonly unhandled: readonly Unhandled[] } {
  const unhandled: Unhandled[] = [];
  const rules = pairs.flatMap(({ remote, own, ports }) => {
    const [from, to] = [remote, own].map((role) => (role === null ? null : refs.label('role', role)));
    const name = `${remote ?? 'no role'} to ${own ?? 'no role'}`;
    if (!from || !to) {
      unhandled.push({ what: name, why: 'a host carries no role label: label it, or use tier=ringfence' });
      return [];
    }
    const services = tier === 'strict' ? asServices(ports) : every(refs);
    if (tier === 'strict' && services.length < ports.length)
      unhandled.push({ what: name, why: 'protocols without ports need a service object' });
    return services.length === 0 ? [] : [make({ consumers: [label(from)], providers: [label(to)], services, ports })];
  });
  return { rules, unhandled };
}

/** The deny that makes selective enforcement a ringfence. */
export function denyRule({ own, denyConsumer, denyServices }: Wanted, refs: References): RingfenceRule {
  const anybody: Actor = { kind: 'ip_list', href: refs.anyList };
  const consumers = { any: [anybody], ams: [AMS], ams_and_any: [AMS, anybody] }[denyConsumer];
  return rule('deny (block all inbound)', 'deny', {
    providers: [AMS],
    consumers,
    services: denyServices.length > 0 ? denyServices : every(refs),
    unscopedConsumers: true,
    description: `Deny all inbound traffic to ${own.app} (${own.env}) - selective enforcement`,
  });
}

/** Rules that let another application in: all of it on everything, its roles to ours, or those on the ports seen. */
export function inboundRules(
  remote: Remote,
  { tier }: Wanted,
  refs: References,
): { readonly rules: readonly RingfenceRule[]; readonly unhandled: readonly Unhandled[] } {
  const [app, env] = [refs.label('app', remote.app), refs.label('env', remote.env)];
  const name = `${remote.app} (${remote.env})`;
  if (app === null || env === null)
    return { rules: [], unhandled: [{ what: name, why: 'its labels are not on the PCE any more' }] };
  const common = { coverage: remote.coverage, unscopedConsumers: true, remote: { app: remote.app, env: remote.env } };
  const description = `observed from ${name}`;
  if (tier === 'ringfence')
    return {
      rules: [
        rule('extra-scope allow (inbound)', 'allow', {
          ...common,
          providers: [AMS],
          consumers: [label(app), label(env)],
          services: every(refs),
          ports: remote.ports,
          description,
        }),
      ],
      unhandled: [],
    };
  const { rules, unhandled } = byPair(remote.pairs, tier, refs, ({ consumers, providers, services, ports }) =>
    rule('extra-scope allow (inbound)', 'allow', {
      ...common,
      providers,
      consumers: [label(app), label(env), ...consumers],
      services,
      ports,
      description,
    }),
  );
  return { rules, unhandled: unhandled.map(({ what, why }) => ({ what: `${name} ${what}`, why })) };
}

/** Rules for sources without app and env label: by workload or by IP list. An address that no list names cannot be allowed. */
export function otherRules(
  others: readonly OtherPeer[],
  { tier }: Wanted,
  refs: References,
): { readonly rules: readonly RingfenceRule[]; readonly unhandled: readonly Unhandled[] } {
  const unhandled: Unhandled[] = [];
  const rules = others.flatMap((other) => {
    const actor = actorOf(other, refs);
    if (actor === null) {
      unhandled.push({ what: other.name, why: 'no IP list of less than a /8 names the address: put it into one' });
      return [];
    }
    const services = tier === 'strict' ? asServices(other.ports) : every(refs);
    if (services.length === 0) return [];
    return [
      rule('extra-scope allow (inbound)', 'allow', {
        providers: [AMS],
        consumers: [actor],
        services,
        ports: other.ports,
        coverage: other.coverage,
        unscopedConsumers: true,
        description: `observed from ${other.name}`,
      }),
    ];
  });
  return { rules, unhandled };
}

function actorOf({ kind, name, workload }: OtherPeer, refs: References): Actor | null {
  // Rows name workloads by href.
  if (workload !== null) return { kind: 'workload', href: workload as Href };
  const list = kind === 'ip_list' ? refs.ipList(name) : null;
  return list === null ? null : { kind: 'ip_list', href: list };
}

/** Rules that let the application out to another one, for a ruleset of the other's scope or without one. */
export function outboundRules(
  remote: Remote,
  wanted: Wanted,
  refs: References,
  { scoped }: { readonly scoped: boolean },
): { readonly rules: readonly RingfenceRule[]; readonly unhandled: readonly Unhandled[] } {
  const { own, tier } = wanted;
  const labels = [
    refs.label('app', own.app),
    refs.label('env', own.env),
    refs.label('app', remote.app),
    refs.label('env', remote.env),
  ];
  const [ownApp, ownEnv, app, env] = labels;
  const name = `${remote.app} (${remote.env})`;
  if (!ownApp || !ownEnv || !app || !env)
    return { rules: [], unhandled: [{ what: name, why: 'its labels are not on the PCE any more' }] };
  const source = [label(ownApp), label(ownEnv)];
  const target = scoped ? [] : [label(app), label(env)];
  const common = {
    coverage: remote.coverage,
    unscopedConsumers: scoped,
    remote: { app: remote.app, env: remote.env },
    description: `observed from ${own.app} (${own.env})`,
  };
  if (tier === 'ringfence')
    return {
      rules: [
        rule('allow (outbound)', 'allow', {
          ...common,
          consumers: source,
          providers: scoped ? [AMS] : target,
          services: every(refs),
          ports: remote.ports,
        }),
      ],
      unhandled: [],
    };
  // `own` and `remote` of a pair are the roles of source and destination here.
  const turned = remote.pairs.map((pair) => ({ ...pair, remote: pair.own, own: pair.remote }));
  const { rules, unhandled } = byPair(turned, tier, refs, ({ consumers, providers, services, ports }) =>
    rule('allow (outbound)', 'allow', {
      ...common,
      consumers: [...source, ...consumers],
      providers: [...target, ...providers],
      services,
      ports,
    }),
  );
  return { rules, unhandled: unhandled.map(({ what, why }) => ({ what: `${name} ${what}`, why })) };
}

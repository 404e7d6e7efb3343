/**
 * A naive policy evaluator, written from objects.md §11 and policy-cases.md alone. It imports nothing and indexes nothing: every question
 * is put to every rule, every scope is written out label by label, every unknown is tried both ways. Slow on purpose; the engine is
 * compared with it.
 */

export type Mode = 'idle' | 'visibility_only' | 'selective' | 'full';
export interface OracleActor {
  kind: string;
  href?: string;
  key?: string;
  exclusion?: boolean;
}
export interface OraclePort {
  proto: number | null;
  port: number | null;
  toPort: number | null;
  icmpType: number | null;
  icmpCode: number | null;
  process: string | null;
  windowsService: string | null;
}
export interface OracleRule {
  href: string;
  kind: 'allow' | 'deny' | 'override_deny';
  enabled: boolean;
  providers: OracleActor[];
  consumers: OracleActor[];
  services: { kind: string; href?: string; proto?: number; port?: number | null; toPort?: number | null }[];
  unscopedConsumers: boolean;
  resolveLabelsAs: { providers: string[]; consumers: string[] };
  consumingSecurityPrincipals: string[];
  networkType: 'brn' | 'non_brn' | 'all';
  useWorkloadSubnets: string[];
  allIpsExceptFor: string[];
}
export interface OracleWorkload {
  href: string;
  managed: boolean;
  mode: Mode;
  labels: string[];
  addresses: string[];
  subnets: string[];
  os: 'windows' | 'linux' | null;
}
export interface OracleVirtualService {
  href: string;
  labels: string[];
  ports: { proto: number; port: number | null; toPort: number | null }[];
  service: string | null;
  addresses: { ip: string | null; fqdn: string | null; port: number | null }[];
  ipOverrides: string[];
  bindings: {
    workload: string;
    portOverrides: { proto: number; port: number; newPort: number; newToPort: number | null }[];
  }[];
}
export interface OraclePolicy {
  labels: { href: string; key: string }[];
  labelGroups: { href: string; key: string; labels: { href: string }[]; subGroups: { href: string }[] }[];
  ipLists: { href: string; ranges: { from: string; to: string | null; exclusion: boolean }[]; fqdns: string[] }[];
  services: { href: string; kind: string; ports: OraclePort[] }[];
  ruleSets: { enabled: boolean; scopes: OracleActor[][]; rules: OracleRule[] }[];
  boundaries: Pick<OracleRule, 'href' | 'enabled' | 'providers' | 'consumers' | 'services' | 'networkType'>[];
  virtualServices: OracleVirtualService[];
  workloads: OracleWorkload[];
  pce: { addresses: string[]; ports: number[] } | null;
}
export interface OracleEnd {
  ip: string;
  workload?: string | undefined;
  fqdn?: string | undefined;
}
export interface OracleFlow {
  src: OracleEnd;
  dst: OracleEnd;
  proto: number;
  port?: number | undefined;
  icmpType?: number | undefined;
  icmpCode?: number | undefined;
  process?: string | undefined;
  windowsService?: string | undefined;
  userGroups?: string[] | undefined;
  network?: 'brn' | 'non_brn' | undefined;
}
export interface OracleEndAnswer {
  verdict: string;
  class: string | null;
  rules: string[];
  maybe: string[];
  crossesBoundary: boolean;
  reported: string;
}
export interface OracleAnswer {
  verdict: string;
  at: string | null;
  class: string | null;
  rules: string[];
  source: OracleEndAnswer | null;
  destination: OracleEndAnswer | null;
  draftDecision: string;
}

type Truth = 'no' | 'maybe' | 'yes';
const RANK: Record<Truth, number> = { no: 0, maybe: 1, yes: 2 };
const all = (...truths: Truth[]): Truth => truths.reduce((a, b) => (RANK[a] < RANK[b] ? a : b), 'yes');
const any = (...truths: Truth[]): Truth => truths.reduce((a, b) => (RANK[a] > RANK[b] ? a : b), 'no');
const negate = (truth: Truth): Truth => (truth === 'yes' ? 'no' : truth === 'no' ? 'yes' : 'maybe');
const when = (condition: boolean): Truth => (condition ? 'yes' : 'no');

// --- addresses, as strings of bits -----------------------------------------------------------------------------------------------

/** `4` or `6` and the bits, so that equal families compare as text. */
function bits(ip: string): string {
  if (!ip.includes(':'))
    return `4${ip
      .split('.')
      .map((octet) => Number(octet).toString(2).padStart(8, '0'))
      .join('')}`;
  const [head = '', tail = ''] = ip.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === '' ? [] : tail.split(':');
  const middle = ip.includes('::') ? Array.from({ length: 8 - left.length - right.length }, () => '0') : [];
  return `6${[...left, ...middle, ...right].map((part) => Number.parseInt(part, 16).toString(2).padStart(16, '0')).join('')}`;
}

function inRange(ip: string, from: string, to: string | null): boolean {
  const value = bits(ip);
  const [base = '', prefix] = from.split('/');
  const low = bits(base);
  if (low[0] !== value[0]) return false;
  if (prefix !== undefined) return value.slice(0, 1 + Number(prefix)) === low.slice(0, 1 + Number(prefix));
  return to === null ? value === low : low <= value && value <= bits(to);
}

function nameMatches(pattern: string, name: string): boolean {
  const wanted = pattern.toLowerCase().split('.');
  const given = name.toLowerCase().split('.');
  return wanted.length === given.length && wanted.every((level, i) => level === '*' || level === given[i]);
}

// --- the evaluator ---------------------------------------------------------------------------------------------------------------

interface Peer {
  ip: string;
  fqdn: string | undefined;
  workload: OracleWorkload | undefined;
}
interface Match {
  certainty: Truth;
  /** Both ends as workloads. */
  edge: Truth;
  /** The destination by address. */
  toAddress: boolean;
}
type ScopeLabels = Map<string, Set<string>>;

export function judge(policy: OraclePolicy, flow: OracleFlow): OracleAnswer {
  const network = flow.network ?? 'brn';
  const keyOf = (label: string) => policy.labels.find(({ href }) => href === label)?.key;
  const peer = (end: OracleEnd): Peer => {
    const holders = policy.workloads.filter(({ addresses }) => addresses.some((ip) => bits(ip) === bits(end.ip)));
    const workload =
      policy.workloads.find(({ href }) => href === end.workload) ??
      holders.find(({ managed }) => managed) ??
      holders[0];
    return { ip: end.ip, fqdn: end.fqdn, workload };
  };
  const src = peer(flow.src);
  const dst = peer(flow.dst);

  function groupLabels(href: string, seen: string[] = []): string[] {
    const group = policy.labelGroups.find((one) => one.href === href);
    if (group === undefined || seen.includes(href)) return [];
    return [
      ...group.labels.map((label) => label.href),
      ...group.subGroups.flatMap((sub) => groupLabels(sub.href, [...seen, href])),
    ];
  }
  const entryKey = (entry: OracleActor) =>
    entry.kind === 'label' ? keyOf(entry.href ?? '') : policy.labelGroups.find(({ href }) => href === entry.href)?.key;
  const entryLabels = (entry: OracleActor) =>
    entry.kind === 'label' ? [entry.href ?? ''] : groupLabels(entry.href ?? '');
  const labelOfKey = (labels: string[], key: string | undefined) => labels.find((label) => keyOf(label) === key);

  /** §11.2: per key, one of the included labels (if any are) and none of the excluded, and a label of the key at all. */
  function labelsMatch(entries: OracleActor[], labels: string[]): boolean {
    return [...new Set(entries.map(entryKey))].every((key) => {
      const have = labelOfKey(labels, key);
      const of = entries.filter((entry) => entryKey(entry) === key);
      const included = of.filter((entry) => entry.exclusion !== true);
      const excluded = of.filter((entry) => entry.exclusion === true);
      if (have === undefined) return false;
      if (included.length > 0 && !included.some((entry) => entryLabels(entry).includes(have))) return false;
      return !excluded.some((entry) => entryLabels(entry).includes(have));
    });
  }

  /** Every scope written out: a label group, or "all but", becomes one scope per label (policy-cases.md). */
  function writtenOut(scope: OracleActor[]): ScopeLabels[] {
    const keys = [...new Set(scope.map(entryKey))].filter((key) => key !== undefined);
    return keys.reduce<ScopeLabels[]>(
      (scopes, key) => {
        const of = scope.filter((entry) => entryKey(entry) === key);
        const excluded = of.filter((entry) => entry.exclusion === true).flatMap(entryLabels);
        const included = of.filter((entry) => entry.exclusion !== true);
        const plain = included.filter((entry) => entry.kind === 'label').flatMap(entryLabels);
        const groups = included.filter((entry) => entry.kind === 'label_group').map(entryLabels);
        const everyLabel = policy.labels.filter((label) => label.key === key).map(({ href }) => href);
        const choices = included.length === 0 ? [everyLabel] : groups;
        const picks = choices.reduce<string[][]>(
          (partial, choice) => partial.flatMap((pick) => choice.map((label) => [...pick, label])),
          [[]],
        );
        return scopes.flatMap((one) =>
          picks.map((pick) =>
            new Map(one).set(key, new Set([...plain, ...pick].filter((label) => !excluded.includes(label)))),
          ),
        );
      },
      [new Map()],
    );
  }
  const inScope = (scope: ScopeLabels, labels: string[]) =>
    [...scope].every(([key, allowed]) => allowed.has(labelOfKey(labels, key) ?? ''));

  function entryPorts(rule: Pick<OracleRule, 'services'>): (OraclePort & { kind: string })[] {
    return rule.services.flatMap((ref) => {
      if (ref.kind === 'service') {
        const service = policy.services.find(({ href }) => href === ref.href);
        return (service?.ports ?? []).map((port) => ({ ...port, kind: service?.kind ?? 'ports' }));
      }
      return [plainPort(ref.proto ?? -1, ref.port ?? null, ref.toPort ?? null)];
    });
  }
  const plainPort = (proto: number, port: number | null, toPort: number | null) => ({
    kind: 'ports',
    proto,
    port,
    toPort,
    icmpType: null,
    icmpCode: null,
    process: null,
    windowsService: null,
  });
  const known = <T>(wanted: T | null, have: T | undefined, equal: (a: T, b: T) => boolean): Truth =>
    wanted === null ? 'yes' : have === undefined ? 'maybe' : when(equal(wanted, have));
  const sameText = (a: string, b: string) => a.toLowerCase() === b.toLowerCase();

  function serviceMatch(ports: (OraclePort & { kind: string })[], end: 'source' | 'destination'): Truth {
    return any(
      ...ports.map((entry): Truth => {
        if (entry.proto !== null && entry.proto !== -1 && entry.proto !== flow.proto) return 'no';
        const { port, toPort } = entry;
        const portTruth =
          entry.proto === -1 || port === null
            ? 'yes'
            : flow.port === undefined
              ? 'maybe'
              : when(port <= flow.port && flow.port <= (toPort ?? port));
        const icmp =
          entry.proto === -1 || port !== null
            ? 'yes'
            : all(
                known(entry.icmpType, flow.icmpType, (a, b) => a === b),
                known(entry.icmpCode, flow.icmpCode, (a, b) => a === b),
              );
        const base = all(portTruth, icmp);
        if (entry.kind === 'ports' || base === 'no') return base;
        const home = entry.kind === 'windows' ? 'destination' : 'source';
        const host = (home === 'destination' ? dst : src).workload;
        if (host?.managed === true && host.os === 'linux') return 'no';
        if (end !== home) return base;
        return all(
          base,
          host?.os === 'windows' ? 'yes' : 'maybe',
          known(entry.process, flow.process, sameText),
          known(entry.windowsService, flow.windowsService, sameText),
        );
      }),
    );
  }

  /** The virtual services a list selects, inside a scope by their own labels. */
  const virtualServices = (rule: OracleRule, side: 'providers' | 'consumers', scope: ScopeLabels) => {
    if (rule.kind !== 'allow') return [];
    const actors = rule[side];
    const entries = actors.filter(({ kind }) => kind === 'label' || kind === 'label_group');
    const byLabel = rule.resolveLabelsAs[side].includes('virtual_services');
    return policy.virtualServices.filter(
      (service) =>
        inScope(scope, service.labels) &&
        actors.some(
          ({ kind, href, key }) =>
            (kind === 'virtual_service' && href === service.href) ||
            (byLabel && kind === 'ams') ||
            (byLabel && kind === 'label_dimension' && labelOfKey(service.labels, key) !== undefined) ||
            (byLabel && entries.length > 0 && labelsMatch(entries, service.labels)),
        ),
    );
  };

  /** Whom the labels, All Workloads and names of a list select. */
  function selects(rule: OracleRule, side: 'providers' | 'consumers', who: OracleWorkload, scope: ScopeLabels): Truth {
    const actors = rule[side];
    if (!inScope(scope, who.labels)) return 'no';
    const entries = actors.filter(({ kind }) => kind === 'label' || kind === 'label_group');
    const asWorkloads = rule.kind !== 'allow' || rule.resolveLabelsAs[side].includes('workloads');
    return any(
      when(asWorkloads && entries.length > 0 && labelsMatch(entries, who.labels)),
      ...actors.map(({ kind, href, key }): Truth => {
        if (kind === 'ams') return when(asWorkloads);
        if (kind === 'workload') return when(href === who.href);
        if (kind === 'label_dimension') return when(asWorkloads && labelOfKey(who.labels, key) !== undefined);
        if (kind === 'container_host') return side === 'consumers' && who.managed ? 'maybe' : 'no';
        return 'no';
      }),
    );
  }

  function inLists(rule: OracleRule, side: 'providers' | 'consumers', who: Peer): Truth {
    return any(
      ...rule[side].map(({ kind, href }): Truth => {
        const list = kind === 'ip_list' ? policy.ipLists.find((one) => one.href === href) : undefined;
        if (list === undefined) return 'no';
        const hit = (exclusion: boolean) =>
          list.ranges.some((range) => range.exclusion === exclusion && inRange(who.ip, range.from, range.to));
        const byAddress = hit(false) && !hit(true);
        // Names work outbound and in allow rules only.
        if (byAddress || list.fqdns.length === 0 || side === 'consumers' || rule.kind !== 'allow')
          return when(byAddress);
        const { fqdn } = who;
        return fqdn === undefined ? 'maybe' : when(list.fqdns.some((pattern) => nameMatches(pattern, fqdn)));
      }),
    );
  }

  interface Selected {
    asWorkload: Truth;
    byAddress: Truth;
  }
  /** A side of a rule that is not a virtual service. */
  function plainSide(rule: OracleRule, side: 'providers' | 'consumers', who: Peer, scope: ScopeLabels): Selected {
    const asWorkload = who.workload === undefined ? 'no' : selects(rule, side, who.workload, scope);
    const inSubnet =
      rule.useWorkloadSubnets.includes(side) &&
      policy.workloads.some(
        (one) =>
          selects(rule, side, one, scope) === 'yes' && one.subnets.some((subnet) => inRange(who.ip, subnet, null)),
      );
    const byAddress = any(inLists(rule, side, who), when(inSubnet));
    if (!rule.allIpsExceptFor.includes(side)) return { asWorkload, byAddress };
    return { asWorkload: 'no', byAddress: negate(any(asWorkload, byAddress)) };
  }

  /** One rule in one written-out scope at one end. */
  function matchIn(rule: OracleRule, scope: ScopeLabels, end: 'source' | 'destination'): Match {
    const consumerScope: ScopeLabels = rule.unscopedConsumers ? new Map() : scope;
    const providers: (Selected & { service: Truth })[] = [];
    providers.push({
      ...plainSide(rule, 'providers', dst, scope),
      service: serviceMatch(entryPorts(rule), end),
    });
    for (const service of virtualServices(rule, 'providers', scope)) {
      const own =
        service.service === null
          ? service.ports.map(({ proto, port, toPort }) => plainPort(proto, port === -1 ? null : port, toPort))
          : entryPorts({ services: [{ kind: 'service', href: service.service }] });
      for (const binding of service.bindings) {
        const moved = own.map((entry) => {
          const over = binding.portOverrides.find((one) => one.proto === entry.proto && one.port === entry.port);
          return over === undefined ? entry : { ...entry, port: over.newPort, toPort: over.newToPort };
        });
        providers.push({
          asWorkload: when(dst.workload?.href === binding.workload),
          byAddress: 'no',
          service: serviceMatch(moved, end),
        });
      }
      for (const address of service.addresses) {
        const { fqdn, ip, port } = address;
        const byAddress = any(
          when(ip !== null && inRange(dst.ip, ip, null)),
          fqdn === null ? 'no' : dst.fqdn === undefined ? 'maybe' : when(nameMatches(fqdn, dst.fqdn)),
        );
        const ports = port === null ? own : own.map(({ proto }) => plainPort(proto ?? -1, port, null));
        providers.push({ asWorkload: 'no', byAddress, service: serviceMatch(ports, end) });
      }
      for (const override of service.ipOverrides)
        providers.push({
          asWorkload: 'no',
          byAddress: when(inRange(dst.ip, override, null)),
          service: serviceMatch(own, end),
        });
    }
    const consumers: Selected[] = [plainSide(rule, 'consumers', src, consumerScope)];
    for (const service of virtualServices(rule, 'consumers', consumerScope)) {
      const ips = [...service.addresses.map(({ ip }) => ip).filter((ip) => ip !== null), ...service.ipOverrides];
      consumers.push({
        asWorkload: when(service.bindings.some(({ workload }) => workload === src.workload?.href)),
        byAddress: when(ips.some((ip) => inRange(src.ip, ip, null))),
      });
    }
    const user: Truth =
      rule.consumingSecurityPrincipals.length === 0 || end === 'destination'
        ? 'yes'
        : flow.userGroups === undefined
          ? 'maybe'
          : when(flow.userGroups.some((group) => rule.consumingSecurityPrincipals.includes(group)));
    const onNetwork = when(rule.networkType === 'all' || rule.networkType === network);
    const result: Match = { certainty: 'no', edge: 'no', toAddress: false };
    for (const provider of providers)
      for (const consumer of consumers) {
        const facts = all(provider.service, user, onNetwork);
        const local = end === 'source' ? consumer : provider;
        const remote = end === 'source' ? provider : consumer;
        const certainty = all(local.asWorkload, any(remote.asWorkload, remote.byAddress), facts);
        if (certainty !== 'no' && (provider.byAddress === 'yes' || dst.workload?.managed !== true))
          result.toAddress = true;
        result.certainty = any(result.certainty, certainty);
        result.edge = any(result.edge, all(provider.asWorkload, consumer.asWorkload, facts));
      }
    return result;
  }

  function matchRule(rule: OracleRule, scopes: OracleActor[][], end: 'source' | 'destination'): Match {
    const list = (scopes.length === 0 ? [[]] : scopes).flatMap(writtenOut);
    return list
      .map((scope) => matchIn(rule, scope, end))
      .reduce<Match>(
        (a, b) => ({
          certainty: any(a.certainty, b.certainty),
          edge: any(a.edge, b.edge),
          toAddress: a.toAddress || b.toAddress,
        }),
        { certainty: 'no', edge: 'no', toAddress: false },
      );
  }

  const boundaryRules = policy.boundaries.map(
    (boundary): OracleRule => ({
      ...boundary,
      kind: 'deny',
      unscopedConsumers: true,
      resolveLabelsAs: { providers: ['workloads'], consumers: ['workloads'] },
      consumingSecurityPrincipals: [],
      useWorkloadSubnets: [],
      allIpsExceptFor: [],
    }),
  );
  const inForce = [
    ...policy.ruleSets
      .filter(({ enabled }) => enabled)
      .flatMap(({ rules, scopes }) => rules.map((rule) => ({ rule, scopes }))),
    ...boundaryRules.map((rule) => ({ rule, scopes: [[]] })),
  ].filter(({ rule }) => rule.enabled);

  function essential(end: 'source' | 'destination'): boolean {
    const loopback = (ip: string) => ip.startsWith('127.') || ip === '::1';
    if (loopback(src.ip) || loopback(dst.ip)) return true;
    if (end === 'destination' || flow.port === undefined) return false;
    const { port, proto } = flow;
    const toPce =
      policy.pce?.addresses.some((ip) => bits(ip) === bits(dst.ip)) === true && policy.pce.ports.includes(port);
    return (
      (toPce && proto === 6) ||
      (port === 53 && (proto === 6 || proto === 17)) ||
      (proto === 17 && (port === 67 || port === 68))
    );
  }

  type Present = (OracleRule & Match)[];
  /** §11.6 with the selective source of policy-cases.md, when exactly these rules match. */
  function modeTable(mode: Mode, end: 'source' | 'destination', matching: Present): { verdict: string; class: string } {
    const of = (kind: string) => matching.filter((one) => one.kind === kind);
    const blocks = (one: Match) => mode === 'full' || end === 'destination' || one.toAddress;
    const override = of('override_deny');
    const allow = of('allow');
    const deny = of('deny');
    if (mode === 'visibility_only') {
      if (override.length > 0) return { verdict: 'potentially_blocked', class: 'override_deny' };
      if (allow.length > 0) return { verdict: 'allowed', class: 'allow' };
      return { verdict: 'potentially_blocked', class: deny.length > 0 ? 'deny' : 'default' };
    }
    if (override.some(blocks)) return { verdict: 'blocked', class: 'override_deny' };
    if (allow.length === 0 && deny.some(blocks)) return { verdict: 'blocked', class: 'deny' };
    if (override.length > 0) return { verdict: 'potentially_blocked', class: 'override_deny' };
    if (allow.length > 0) return { verdict: 'allowed', class: 'allow' };
    if (deny.length > 0) return { verdict: 'potentially_blocked', class: 'deny' };
    return { verdict: mode === 'full' ? 'blocked' : 'potentially_blocked', class: 'default' };
  }

  /** Every way the rules that only may match can turn out. */
  const subsets = <T>(list: T[]): T[][] =>
    list.reduce<T[][]>((sets, one) => sets.flatMap((set) => [set, [...set, one]]), [[]]);

  function reportedWord(mode: Mode, verdict: string, decidedBy: string): string {
    if (verdict === 'allowed') return 'allowed/null';
    if (decidedBy === 'override_deny')
      return `${verdict}/${mode === 'visibility_only' ? null : 'blocked_by_override_deny'}`;
    return `${verdict}/${decidedBy === 'deny' && mode !== 'full' ? 'blocked' : null}`;
  }

  function endAnswer(end: 'source' | 'destination'): OracleEndAnswer | null {
    const { workload } = end === 'source' ? src : dst;
    if (workload?.managed !== true) return null;
    const { mode } = workload;
    const matches = inForce
      .map(({ rule, scopes }) => ({ ...rule, ...matchRule(rule, scopes, end) }))
      .filter((one) => one.certainty !== 'no');
    const sure = matches.filter((one) => one.certainty === 'yes');
    const unsure = matches.filter((one) => one.certainty === 'maybe');
    const base = {
      maybe: unsure.map(({ href }) => href),
      crossesBoundary: sure.some(({ kind }) => kind === 'deny'),
    };
    if (mode === 'idle') return { ...base, verdict: 'not_enforced', class: null, rules: [], reported: 'unknown/null' };
    if (essential(end)) return { ...base, verdict: 'allowed', class: 'essential', rules: [], reported: 'allowed/null' };
    const certain = modeTable(mode, end, sure);
    const reported = reportedWord(mode, certain.verdict, certain.class);
    const verdicts = new Set(subsets(unsure).map((extra) => modeTable(mode, end, [...sure, ...extra]).verdict));
    if (verdicts.size > 1) {
      const hangsOn = unsure.filter((one) =>
        subsets(unsure.filter((other) => other !== one)).some(
          (extra) =>
            modeTable(mode, end, [...sure, ...extra]).verdict !==
            modeTable(mode, end, [...sure, ...extra, one]).verdict,
        ),
      );
      return { ...base, verdict: 'maybe', class: null, rules: hangsOn.map(({ href }) => href), reported };
    }
    const rules = sure.filter(({ kind }) => kind === certain.class).map(({ href }) => href);
    return { ...base, ...certain, rules, reported };
  }

  function draftWord(): string {
    const end = src.workload?.managed === true && dst.workload?.managed !== true ? 'source' : 'destination';
    const { workload } = end === 'source' ? src : dst;
    const mode = workload?.managed === true ? workload.mode : 'visibility_only';
    if (essential(end)) return 'allowed';
    const edge = src.workload !== undefined && dst.workload !== undefined;
    const has = (kind: string) =>
      inForce.some(({ rule, scopes }) => {
        const match = matchRule(rule, scopes, end);
        return rule.kind === kind && (edge ? match.edge : match.certainty) === 'yes';
      });
    const prefix = mode === 'selective' || mode === 'full' ? '' : 'potentially_';
    if (has('override_deny')) return `${prefix}blocked_by_override_deny`;
    if (has('allow')) return has('deny') ? 'allowed_across_boundary' : 'allowed';
    if (has('deny')) return `${prefix}blocked_by_boundary`;
    return mode === 'full' ? 'blocked_no_rule' : 'potentially_blocked_no_rule';
  }

  const source = endAnswer('source');
  const destination = endAnswer('destination');
  const order = ['blocked', 'maybe', 'potentially_blocked', 'allowed'];
  const verdict = order.find((word) => source?.verdict === word || destination?.verdict === word) ?? 'not_enforced';
  const at =
    verdict === 'not_enforced'
      ? null
      : source?.verdict === verdict && destination?.verdict === verdict
        ? 'both'
        : source?.verdict === verdict
          ? 'source'
          : 'destination';
  const deciding = at === null ? [] : [source, destination].filter((end) => end?.verdict === verdict);
  const telling = ['override_deny', 'allow', 'deny', 'essential', 'default'];
  const decidedBy = telling.find((one) => deciding.some((end) => end?.class === one)) ?? null;
  const rules = [
    ...new Set(deciding.filter((end) => (end?.class ?? null) === decidedBy).flatMap((end) => end?.rules ?? [])),
  ];
  return { verdict, at, class: decidedBy, rules, source, destination, draftDecision: draftWord() };
}

import { INSECURE_SERVICES } from '../graph/port-risk.ts';
import { allowRules, inScope, isJumpHost, isPreProduction, isProduction, isTo, sharedApps } from './ends.ts';
import { type ComplianceFacts, type ComplianceTest, type Flow, hostName, labelOf, passed, result } from './facts.ts';

const nameOf = (proto: number, port: number | null): string | null =>
  INSECURE_SERVICES.find(
    ({ protos, from, to }) => port !== null && protos.includes(proto) && port >= from && port <= to,
  )?.name ?? null;

/** Broadcasts are noise of the network, not a service of the scope. */
const isToOne = ({ to }: Flow): boolean => to.kind !== 'broadcast' && to.kind !== 'multicast';

/** T5: no clear-text administration or file transfer reaches the scope, and no rule names it. */
export const insecureServices: ComplianceTest = (facts) => {
  const seen = facts.flows.filter(
    (flow) => isTo(facts, flow) && isToOne(flow) && passed(flow) && nameOf(flow.proto, flow.port) !== null,
  );
  if (seen.length > 0) {
    const names = new Set(seen.map(({ proto, port }) => nameOf(proto, port)));
    return result(
      'fail',
      `${[...names].join(', ')} in use`,
      seen.map(({ to }) => to.name),
      seen,
    );
  }
  const named = allowRules(facts).filter(
    ({ providers, services }) =>
      inScope(facts, providers) &&
      services.some(
        ({ proto, port, toPort }) => proto !== null && port === (toPort ?? port) && nameOf(proto, port) !== null,
      ),
  );
  return named.length > 0
    ? result(
        'partial',
        `${named.length} rules open insecure services nobody used`,
        named.map(({ rule }) => facts.rule(rule.href).text),
      )
    : result(
        'pass',
        'no Telnet, FTP, NetBIOS, LLMNR or POP3 in use or opened by name',
        [],
        facts.flows.filter((flow) => isTo(facts, flow)),
      );
};

/** T6: pre-production does not reach production, by rules made for it or by traffic; shared infrastructure aside. */
export const productionSeparation: ComplianceTest = (facts) => {
  const { workloads, scope, flows } = facts;
  const shared = sharedApps(facts);
  const isShared = (index: number): boolean => shared.has(labelOf(workloads[index], 'app') ?? '');
  const crossing = flows.filter(({ from, to, decision }) => {
    if (from.workload === null || to.workload === null || decision === 'blocked') return false;
    const ends = [workloads[from.workload], workloads[to.workload]] as const;
    return isPreProduction(ends[0]) && isProduction(ends[1]) && !isShared(from.workload) && !isShared(to.workload);
  });
  const crossingRules = allowRules(facts).filter(({ providers, consumers }) => {
    const sources = [...consumers.workloads];
    const targets = [...providers.workloads].filter((index) => !isShared(index));
    return (
      sources.length > 0 &&
      sources.every((index) => isPreProduction(workloads[index]) && !isShared(index)) &&
      targets.some((index) => isProduction(workloads[index])) &&
      [...sources, ...targets].some((index) => scope.has(index))
    );
  });
  if (crossing.length + crossingRules.length > 0)
    return result(
      'fail',
      `${crossingRules.length} rules from pre-production into production, ${crossing.length} flows that passed`,
      crossingRules.map(({ rule }) => facts.rule(rule.href).text),
      crossing,
    );
  return result(
    'pass',
    'nothing from pre-production reaches production but shared infrastructure',
    [...scope].map((index) => hostName(workloads[index])),
  );
};

const ADMIN_PORTS = new Set([22, 23, 3389, 5900, 5985, 5986]);

const isAdmin = (facts: ComplianceFacts, flow: Flow): boolean =>
  isTo(facts, flow) && passed(flow) && flow.proto === 6 && flow.port !== null && ADMIN_PORTS.has(flow.port);

/** T7: remote administration of the scope comes from jump hosts alone (app or role says jump, bastion or pam). */
export const adminPath: ComplianceTest = (facts) => {
  const admin = facts.flows.filter((flow) => isAdmin(facts, flow));
  const past = admin.filter(({ from }) => from.workload === null || !isJumpHost(facts.workloads[from.workload]));
  if (past.length > 0)
    return result(
      'fail',
      `${past.length} of ${admin.length} administration flows do not come from a jump host`,
      past.map(({ from }) => from.name),
      past,
    );
  return result(
    'pass',
    admin.length === 0
      ? 'no remote administration seen'
      : `all ${admin.length} administration flows come from jump hosts`,
    admin.map(({ from }) => from.name),
    admin,
  );
};

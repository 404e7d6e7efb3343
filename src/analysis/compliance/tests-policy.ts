import { type ComplianceFacts, type ComplianceTest, hostName, result } from './facts.ts';
import { allowRules, inScope, isInDmz, isPublic, isWide } from './ends.ts';

const WEB_PORTS = new Set([80, 443]);
const isEveryService = (
  services: readonly { readonly proto: number | null; readonly port: number | null }[],
): boolean => services.some(({ proto, port }) => (proto === null || proto === -1) && port === null);

/** Hosts of the scope that an ordinary deny of everything from anybody covers: what makes selective mode deny by default. */
function deniedByDefault({ rules, workloads }: ComplianceFacts): ReadonlySet<number> {
  const all = workloads.length;
  const denies = rules.filter(
    ({ rule, consumers, services }) =>
      rule.kind !== 'allow' && isEveryService(services) && (isPublic(consumers) || consumers.workloads.size === all),
  );
  return new Set(denies.flatMap(({ providers }) => [...providers.workloads]));
}

/** T2: every host of the scope with an agent refuses what no rule allows. */
export const inbound: ComplianceTest = (facts) => {
  const { workloads, scope } = facts;
  const managed = [...scope].filter((index) => workloads[index]?.managed === true);
  if (managed.length === 0)
    return result(
      'fail',
      'no host of the scope has an agent: nothing limits inbound traffic',
      [...scope].map((index) => hostName(workloads[index])),
    );
  const covered = deniedByDefault(facts);
  const open = managed.filter((index) => {
    const mode = workloads[index]?.mode;
    return mode !== 'full' && !(mode === 'selective' && covered.has(index));
  });
  if (open.length > 0)
    return result(
      'fail',
      `${open.length} of ${managed.length} hosts do not deny by default (mode full, or selective with a deny of everything)`,
      open.map((index) => `${hostName(workloads[index])} ${workloads[index]?.mode ?? ''}`),
    );
  const unmanaged = [...scope].filter((index) => workloads[index]?.managed === false);
  return unmanaged.length > 0
    ? result(
        'partial',
        `${unmanaged.length} hosts of the scope have no agent`,
        unmanaged.map((index) => hostName(workloads[index])),
      )
    : result(
        'pass',
        `all ${managed.length} hosts deny by default`,
        managed.map((index) => hostName(workloads[index])),
      );
};

/** T3: hosts of the scope filter outbound, and no rule lets them out to everywhere. */
export const outbound: ComplianceTest = (facts) => {
  const { workloads, scope } = facts;
  const wide = allowRules(facts).filter(({ providers, consumers }) => isPublic(providers) && inScope(facts, consumers));
  if (wide.length > 0)
    return result(
      'fail',
      `${wide.length} rules let the scope out to any address`,
      wide.map(({ rule }) => facts.rule(rule.href).text),
    );
  const managed = [...scope].filter((index) => workloads[index]?.managed === true);
  const open = managed.filter((index) => workloads[index]?.mode !== 'full');
  return managed.length === 0 || open.length > 0
    ? result(
        'fail',
        `${open.length} of ${managed.length} hosts do not filter outbound (only mode full does)`,
        open.map((index) => `${hostName(workloads[index])} ${workloads[index]?.mode ?? ''}`),
      )
    : result(
        'pass',
        `all ${managed.length} hosts filter outbound and no rule opens it to everywhere`,
        managed.map((index) => hostName(workloads[index])),
      );
};

/** T4: no rule into the scope has a source so wide that it names nobody. Web ports may be public; that is said. */
export const wideSources: ComplianceTest = (facts) => {
  const wide = allowRules(facts).filter(({ providers, consumers }) => isWide(consumers) && inScope(facts, providers));
  const name = ({ rule }: (typeof wide)[number]): string => facts.rule(rule.href).text;
  const web = wide.filter(({ services }) =>
    services.every(({ port, toPort }) => port !== null && WEB_PORTS.has(port) && (toPort ?? port) === port),
  );
  const others = wide.filter((rule) => !web.includes(rule));
  if (others.length > 0)
    return result('fail', `${others.length} rules from a /8 or more into the scope`, others.map(name));
  return web.length > 0
    ? result('partial', `${web.length} rules from anywhere, on web ports only: to be justified`, web.map(name))
    : result(
        'pass',
        'no rule into the scope has a source of a /8 or more',
        allowRules(facts)
          .filter(({ providers }) => inScope(facts, providers))
          .map(name),
      );
};

/** T14: nothing of the scope outside of the DMZ answers the internet, by rules or by traffic. */
export const internetExposure: ComplianceTest = (facts) => {
  const { workloads, scope, flows } = facts;
  const outside = (index: number): boolean => scope.has(index) && !isInDmz(workloads[index]);
  const opened = allowRules(facts).filter(
    ({ providers, consumers }) => isPublic(consumers) && [...providers.workloads].some(outside),
  );
  const seen = flows.filter(
    ({ from, to, decision }) =>
      from.kind === 'internet' && to.workload !== null && outside(to.workload) && decision !== 'blocked',
  );
  if (opened.length + seen.length > 0)
    return result(
      'fail',
      `${opened.length} rules open hosts outside of the DMZ (zone=dmz) to the internet; ${seen.length} flows came from there`,
      opened.map(({ rule }) => facts.rule(rule.href).text),
      seen,
    );
  return result(
    'pass',
    'nothing outside of the DMZ is open to the internet, and no traffic came from it',
    [...scope].filter(outside).map((index) => hostName(workloads[index])),
  );
};

import type { RingfenceRule } from '../../analysis/ringfence/rules.ts';
import type { Href } from '../../core/href.ts';
import type { FlowGroup } from '../../model/flows/question.ts';
import type { Actor, ServiceRef } from '../../model/inventory.ts';

/** One allow rule for each pair of applications that uses the services, from groups by source app, env, destination app, env. */
export function exceptionRules(
  groups: readonly FlowGroup[],
  services: readonly ServiceRef[],
  labelOf: (key: string, value: string) => Href | null,
): { readonly rules: readonly RingfenceRule[]; readonly unhandled: readonly string[] } {
  const pairs = Map.groupBy(
    groups.filter(({ key }) => key.slice(0, 4).every((value) => value !== null)),
    ({ key }) => JSON.stringify(key.slice(0, 4)),
  );
  const unhandled: string[] = [];
  const rules = [...pairs]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([key, some]): readonly RingfenceRule[] => {
      const [app = '', env = '', toApp = '', toEnv = ''] = JSON.parse(key) as string[]; // written above
      const actors = [labelOf('app', app), labelOf('env', env), labelOf('app', toApp), labelOf('env', toEnv)];
      const name = `${app} (${env}) to ${toApp} (${toEnv})`;
      const label = (href: Href | null | undefined): readonly Actor[] =>
        href ? [{ kind: 'label', href, exclusion: false }] : [];
      if (actors.includes(null)) {
        unhandled.push(`${name}: its labels are not on the PCE any more`);
        return [];
      }
      return [
        {
          type: 'extra-scope allow (inbound)',
          kind: 'allow',
          consumers: actors.slice(0, 2).flatMap(label),
          providers: actors.slice(2).flatMap(label),
          services,
          unscopedConsumers: false,
          ports: [],
          coverage: some.every(({ key: [, , , , policy] }) => policy === 'allowed')
            ? 'already_allowed'
            : 'newly_allowed',
          description: `in use: ${name}`,
        },
      ];
    });
  return { rules, unhandled };
}

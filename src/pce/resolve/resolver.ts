import { Failure } from '../../core/errors.ts';
import type { Workload } from '../../model/inventory.ts';
import type { DestinationActor, TrafficActor } from '../traffic/query.ts';
import type { ReadOptions, Resolver } from '../view.ts';
import { findVersioned, labelBook, type Source, unlimited } from './lookup.ts';
import { exactlyOne } from './names.ts';
import { trafficSide } from './traffic-side.ts';
import { workloadFilter } from './workload-filter.ts';

/** Exact resolution over what the source lists. */
export function createResolver(source: Source): Resolver {
  const side = (include: Parameters<Resolver['sources']>[0], exclude: readonly string[], options: ReadOptions) =>
    trafficSide(source, include, exclude, { workload: (name) => findWorkload(source, name, options) }, options);

  return {
    async label(key, value, options = {}) {
      return (await labelBook(source, options)).find(key, value);
    },
    labelGroup: (name, version = 'active', options = {}) =>
      findVersioned('label group', name, version, (from) => source.labelGroups(from, {}, unlimited(options))),
    ipList: (name, version = 'active', options = {}) =>
      findVersioned('IP list', name, version, (from) => source.ipLists(from, {}, unlimited(options))),
    service: (name, version = 'active', options = {}) =>
      findVersioned('service', name, version, (from) => source.services(from, {}, unlimited(options))),
    ruleSet: (name, version = 'active', options = {}) =>
      findVersioned('ruleset', name, version, (from) => source.ruleSets(from, {}, unlimited(options))),
    workload: (name, options = {}) => findWorkload(source, name, options),
    async labelFilter(expression, options = {}) {
      const { labels = [[]], excludeLabels, managed } = await workloadFilter(source, expression, options);
      if (excludeLabels !== undefined || managed !== undefined)
        throw new Failure('invalid_expression', {
          message: 'Neither != nor ams can be used in this filter: name the labels that must be carried.',
          data: { example: 'app=ordering env=prod|staging' },
        });
      return labels;
    },
    workloadFilter: (expression, options = {}) => workloadFilter(source, expression, options),
    async sources(include, exclude, options = {}) {
      const found = await side(include, exclude, options);
      return { include: found.include.map((block) => block.map(asSource)), exclude: found.exclude.map(asSource) };
    },
    destinations: (include, exclude, options = {}) => side(include, exclude, options),
  };
}

function asSource(actor: DestinationActor): TrafficActor {
  if (!('fqdn' in actor)) return actor;
  throw new Failure('invalid_expression', {
    message: `A DNS name can only be a destination, not a source: ${actor.fqdn}`,
    data: { example: '10.0.0.0/8' },
  });
}

/** The PCE finds names by their parts (objects.md §4.1); what is equal is decided here. */
async function findWorkload(source: Source, name: string, options: ReadOptions): Promise<Workload> {
  const [named, hosts] = await Promise.all([
    source.workloads({ name }, unlimited(options)),
    source.workloads({ hostname: name }, unlimited(options)),
  ]);
  const found = new Map([...named.items, ...hosts.items].map((workload) => [workload.href, workload]));
  const exact = [...found.values()].some((workload) => workload.name === name || workload.hostname === name);
  // Only a miss is worth reading them all: for the candidates.
  const items = exact ? [...found.values()] : (await source.workloads({}, unlimited(options))).items;
  return exactlyOne('workload', name, items, (workload) => [workload.name, workload.hostname]);
}

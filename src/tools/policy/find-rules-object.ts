import { Failure } from '../../core/errors.ts';
import { parseExpression, type Term } from '../../core/expression.ts';
import { draftHref, type Href } from '../../core/href.ts';
import type { PceView, PolicyVersion, ReadOptions } from '../../pce/view.ts';
import { nearMisses } from '../../pce/resolve/near.ts';

interface Place {
  readonly pce: PceView;
  readonly version: PolicyVersion;
  readonly options: ReadOptions;
}

export interface FoundObject {
  readonly href: Href;
  readonly name: string;
}

const SERVICE = /^service:(.+)$/s;

/**
 * The object whose uses are asked for: an href, `key=value`, `group:`, `iplist:`, `service:` or `workload:` with a name, or the
 * bare exact name of a label group, IP list or service. Throws `not_found` with near names, `ambiguous_name` where several kinds
 * have it.
 */
export async function usedObject(given: string, place: Place): Promise<FoundObject> {
  const { pce, version, options } = place;
  const service = SERVICE.exec(given)?.[1];
  if (service !== undefined) return pce.resolve.service(service.replace(/^"(.*)"$/s, '$1'), version, options);
  const term = termOf(given);
  switch (term?.kind) {
    case 'href':
      return { href: draftHref(term.href), name: term.href };
    case 'label': {
      const [value, ...others] = term.values;
      if (value === undefined || others.length > 0 || term.negated) break;
      const { href } = await pce.resolve.label(term.key, value, options);
      return { href, name: `${term.key}=${value}` };
    }
    case 'group':
      return pce.resolve.labelGroup(term.name, version, options);
    case 'iplist':
      return pce.resolve.ipList(term.name, version, options);
    case 'workload':
      return { href: (await pce.resolve.workload(term.name, options)).href, name: term.name };
  }
  return byName(given.trim(), place);
}

/** A bare name is no expression; then it is looked up as it stands. */
function termOf(given: string): Term | null {
  try {
    const [term, ...others] = parseExpression(given).terms;
    return others.length === 0 ? (term ?? null) : null;
  } catch (error) {
    if (error instanceof Failure && error.code === 'invalid_expression') return null;
    throw error;
  }
}

async function byName(name: string, { pce, version, options }: Place): Promise<FoundObject> {
  const [groups, ipLists, services] = await Promise.all([
    pce.labelGroups(version, {}, options),
    pce.ipLists(version, {}, options),
    pce.services(version, {}, options),
  ]);
  const all: readonly FoundObject[] = [...groups.items, ...ipLists.items, ...services.items];
  const [only, ...others] = all.filter((object) => object.name === name);
  if (only === undefined)
    throw new Failure('not_found', {
      message: `No label group, IP list or service is named exactly ${JSON.stringify(name.slice(0, 80))}.`,
      remedy: 'Use one of the candidates, key=value for a label, or an href.',
      data: {
        candidates: nearMisses(
          name,
          all.map((object) => object.name),
        ),
      },
    });
  if (others.length > 0)
    throw new Failure('ambiguous_name', {
      message: `${others.length + 1} objects are named ${name}.`,
      data: { candidates: [only, ...others].map(({ href }) => href) },
    });
  return only;
}

import { Failure } from '../../core/errors.ts';
import { parseExpression } from '../../core/expression.ts';
import { typeOf } from '../../core/href.ts';
import type { Workload } from '../../model/inventory.ts';
import type { FlowEnd } from '../../model/policy/decision.ts';
import type { TrafficActor } from '../../pce/traffic/query.ts';
import type { ToolContext } from '../tool.ts';

/** One end of a question: every address it may be. */
export interface NamedEnd {
  readonly name: string;
  readonly end: FlowEnd;
}

export interface Ends {
  readonly ends: readonly NamedEnd[];
  /** What a traffic query calls them, alternatives of actors that must all hold; null where it has no word (a name without address). */
  readonly actors: readonly (readonly TrafficActor[])[] | null;
}

/** What a caller wrote for `src` or `dst`: an address, the exact name or host name of a workload, a DNS name, or labels. */
export async function flowEnds(
  argument: 'src' | 'dst',
  given: string,
  { pce, signal }: Pick<ToolContext, 'pce' | 'signal'>,
): Promise<Ends> {
  const text = given.trim();
  const term = onlyTerm(text);
  if (term?.kind === 'address' && !term.address.includes('/'))
    return { ends: [{ name: text, end: { ip: term.address } }], actors: [[{ ipAddress: term.address }]] };
  // A word without an operator is a host before it is a DNS name: host names are DNS names too.
  if (term === null || term?.kind === 'workload' || term?.kind === 'fqdn') {
    const name = term?.kind === 'workload' ? term.name : text;
    try {
      return ofWorkloads([await pce.resolve.workload(name, { signal })]);
    } catch (error) {
      const isMiss = error instanceof Failure && error.code === 'not_found';
      if (!isMiss || term?.kind !== 'fqdn' || argument === 'src') throw error;
      return { ends: [{ name: term.fqdn, end: { ip: term.fqdn, fqdn: term.fqdn } }], actors: null };
    }
  }
  if (term?.kind === 'address' || term?.kind === 'iplist' || term?.kind === 'any')
    throw new Failure('invalid_arguments', {
      message: `${argument} must be one address, a workload or labels; "${text.slice(0, 60)}" is a range.`,
      remedy: 'Give one address of the range.',
    });
  if (term?.kind === 'href' && typeOf(term.href) === 'workloads') {
    const own = (await pce.workloads({}, { signal })).items.filter(({ href }) => href === term.href);
    if (own.length === 0) throw new Failure('not_found', { message: `There is no workload ${term.href}.` });
    return ofWorkloads(own);
  }
  const filter = await pce.resolve.workloadFilter(text, { signal });
  const { items } = await pce.workloads(filter, { signal });
  if (items.length === 0)
    throw new Failure('not_found', { message: `No workload matches ${argument} "${text.slice(0, 100)}".` });
  const { include } = await pce.resolve.sources([text], [], { signal });
  return { ...ofWorkloads(items), actors: include };
}

/** The term of an expression of one; undefined for several, null for what is no expression. */
function onlyTerm(text: string) {
  try {
    const { terms } = parseExpression(text);
    return terms.length === 1 ? terms[0] : undefined;
  } catch (error) {
    if (error instanceof Failure && !/[=:"]/.test(text)) return null;
    throw error;
  }
}

function ofWorkloads(workloads: readonly Workload[]): Ends {
  const ends = workloads.flatMap(({ href, name, hostname, interfaces, publicIp }) => {
    const addresses = [...new Set(interfaces.map(({ address }) => address))];
    const known = addresses.length > 0 ? addresses : publicIp === null ? [] : [publicIp];
    return known.map((ip) => ({ name: name ?? hostname ?? ip, end: { ip, workload: href } }));
  });
  if (ends.length === 0)
    throw new Failure('not_found', { message: 'The workload has no address that could be judged.' });
  return { ends, actors: workloads.map(({ href }) => [{ workload: href }]) };
}

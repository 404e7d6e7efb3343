import { Failure } from '../../core/errors.ts';
import { isHref, typeOf } from '../../core/href.ts';
import type { ContainerCluster } from '../../pce/resources/containers.ts';
import type { ToolContext } from '../tool.ts';

const MAX_CANDIDATES = 10;

/** The clusters a call means: the one of an href or of exactly that name, or all of them. Throws `not_found` with the names there are. */
export async function clustersOf(
  given: string | undefined,
  { pce, signal }: Pick<ToolContext, 'pce' | 'signal'>,
): Promise<readonly ContainerCluster[]> {
  const { items } = await pce.containerClusters({}, { signal });
  if (given === undefined) return items;
  if (isHref(given) && typeOf(given) !== 'container_clusters')
    throw new Failure('invalid_href', {
      message: 'That is not the href of a container cluster.',
      data: { href: given },
    });
  const found = items.filter(({ href, name }) => href === given || name === given);
  if (found.length === 0)
    throw new Failure('not_found', {
      message: 'There is no such container cluster.',
      data: { given, candidates: items.slice(0, MAX_CANDIDATES).map(({ name }) => name) },
    });
  return found;
}

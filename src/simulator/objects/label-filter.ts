import { listOfListsParam } from '../http/query.ts';
import { inputValidation } from '../http/validate.ts';
import type { WorldState } from '../world-state.ts';
import { labelIdIn } from './wire.ts';

type Term = (labels: readonly number[]) => boolean;

/**
 * The `labels` filter over label ids: outer list OR, inner list AND. The pseudo href `/orgs/1/labels?key=app&exists=false` selects what
 * has no label of that key (objects.md §4.1).
 */
export function labelFilter(world: WorldState, query: URLSearchParams): (labels: readonly number[]) => boolean {
  const rows = listOfListsParam(query, 'labels');
  if (!rows || rows.length === 0) return () => true;
  const alternatives = rows.map((row) => row.map((href) => term(world, href)));
  return (labels) => alternatives.some((terms) => terms.every((matches) => matches(labels)));
}

function term(world: WorldState, href: string): Term {
  const collection = `/orgs/${world.orgId}/labels`;
  const id = labelIdIn(world.orgId, href);
  if (id !== null) return (labels) => labels.includes(id);
  const [path, search] = href.split('?');
  const pseudo = new URLSearchParams(search ?? '');
  const key = pseudo.get('key');
  if (path !== collection || key === null)
    throw inputValidation('query_parameters', `The property '#/labels' value ${JSON.stringify(href)} is not a label`);
  const wanted = pseudo.get('exists') !== 'false';
  return (labels) => labels.some((label) => world.labels.get(label)?.record.key === key) === wanted;
}

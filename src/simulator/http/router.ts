import { TrieRouter } from 'hono/router/trie-router';
import type { WorldState } from '../world-state.ts';
import { methodNotAllowed, notFound } from './refusals.ts';
import type { Route } from './route.ts';

const METHODS = ['GET', 'POST', 'PUT', 'DELETE'] as const;

/** One character per segment, parameters after literals, so that `sec_policy/pending` is never read as `sec_policy/:version` (objects.md appendix A). */
const shape = ({ path }: Route): string =>
  path.replaceAll(/\/[^/]+/g, (segment) => (segment.startsWith('/:') ? '1' : '0'));

export type Router = (method: string, path: string) => Match;

export interface Match {
  readonly route: Route<WorldState>;
  readonly params: Readonly<Record<string, string>>;
}

/** The route of a path below `/api/v2`. Throws 404 for an unknown path and 405 for a known one with another method. */
export function createRouter(routes: readonly Route<WorldState>[]): Router {
  const trie = new TrieRouter<Route<WorldState>>();
  for (const route of routes.toSorted((a, b) => shape(a).localeCompare(shape(b))))
    trie.add(route.method, route.path, route);

  const find = (method: string, path: string): Match | null => {
    const [matches, stash] = trie.match(method, path);
    const first = matches[0];
    if (!first) return null;
    const params = Object.entries(first[1]).map(([name, value]) => [
      name,
      decode(typeof value === 'number' ? (stash?.[value] ?? '') : value),
    ]);
    return { route: first[0], params: Object.fromEntries(params) };
  };

  return (method, path) => {
    const match = find(method, path);
    if (match) return match;
    throw METHODS.some((other) => find(other, path)) ? methodNotAllowed() : notFound();
  };
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw notFound();
  }
}

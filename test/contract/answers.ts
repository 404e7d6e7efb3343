import type { Route } from '../../src/simulator/http/route.ts';
import { corrections } from './corrections.ts';
import { type RELEASES, schemas } from './simulator-traffic/schemas.ts';

type Client = (method: string, path: string) => Promise<{ readonly status: number; readonly json: unknown }>;
type Check = ReturnType<typeof schemas>;

/** One answer of the simulated PCE and the name of the schema that is published for it. */
export interface Answered {
  readonly url: string;
  readonly schema: string;
  readonly status: number;
  readonly json: unknown;
}

/**
 * The answer of every GET that has a published schema, on what the simulator itself lists: collections, three objects of each, and each
 * policy version.
 */
export async function* everyAnswer(
  call: Client,
  routes: readonly Pick<Route, 'method' | 'path' | 'schema'>[],
): AsyncGenerator<Answered> {
  const [oldest] = hrefs((await call('GET', '/orgs/1/sec_policy')).json).toReversed();
  const numbered = oldest?.split('/').at(-1) ?? '';
  const seen = new Set<string>();
  for (const { method, path, schema } of routes) {
    if (method !== 'GET' || schema === undefined || NOT_COMPARED.has(schema)) continue;
    if (seen.has(path) || path.includes('/:id') || path.endsWith('/:key')) continue;
    seen.add(path);
    for (const version of path.includes(':version') ? ['draft', 'active', numbered] : ['']) {
      const url = await concrete(call, path.replace(':org', '1').replace(':version', version));
      if (url === null) continue;
      const whole = await call('GET', url);
      yield { url, schema, status: whole.status, json: whole.json };
      const own = hrefs(whole.json).filter((href) => href.startsWith(`${url.replace(/\?.*$/, '')}/`));
      for (const href of own.slice(0, 3)) {
        const one = await call('GET', href);
        yield { url: href, schema, status: one.status, json: one.json };
      }
    }
  }
}

/**
 * Not compared: rules that are in no published schema of their own (objects.md §8.5; `policy_check` covers deny rules), the login, which
 * makes a session, jobs, whose times are not RFC 3339 (objects.md §1.3), the download of flows, which has its own tests, and a version that
 * 25.2.20 describes wrapped although its own documentation prints it bare (objects.md §2.4).
 */
const NOT_COMPARED = new Set([
  'deny_rules_get',
  'ip_tables_rules_get',
  'users_login_get',
  'jobs_get',
  'traffic_flows_async_queries_download_get',
  'product_version_get',
]);

/** A path with its parameters filled in from what the simulator itself lists; null when there is nothing to fill in. */
async function concrete(call: Client, url: string): Promise<string | null> {
  if (url.includes(':ruleSet')) {
    const sets = await call('GET', url.replace(/\/:ruleSet.*$/, ''));
    const kind = url.split('/').at(-1) === 'deny_rules' ? 'deny_rules' : 'rules';
    const set = (sets.json as Record<string, unknown[]>[]).find((own) => (own[kind]?.length ?? 0) > 0);
    const id = set && String(set['href']).split('/').at(-1);
    return id === undefined ? null : url.replace(':ruleSet', id);
  }
  if (url.endsWith('/allow') || url.endsWith('/policy_check')) {
    const [first, second] = hrefs((await call('GET', '/orgs/1/workloads?managed=true')).json);
    return `${url}?src_workload=${first}&dst_workload=${second}&port=5432&protocol=6`;
  }
  if (url.endsWith('/api_keys')) return url.startsWith('/users') ? null : `${url}?type=user`;
  const parameter = /\/:\w+/.exec(url);
  if (!parameter) return url;
  const [parent] = hrefs((await call('GET', url.slice(0, parameter.index))).json);
  return parent === undefined
    ? null
    : await concrete(call, `${parent}${url.slice(parameter.index + parameter[0].length)}`);
}

/** What a published schema says about an answer: of each item when it describes one item of a collection, or the other way round. */
export function problemsOf(check: Check, { schema, json }: Pick<Answered, 'schema' | 'json'>): readonly string[] {
  const whole = check(schema, json);
  if (whole.length === 0) return whole;
  if (Array.isArray(json)) {
    const items = json.flatMap((item) => check(schema, item));
    return isAboutLists(items) ? whole : items;
  }
  return isAboutLists(whole) ? check(schema, [json]) : whole;
}

/** Whether the schema describes a list, and that is all that is wrong. */
const isAboutLists = (problems: readonly string[]): boolean =>
  problems.length > 0 && problems.every((problem) => problem.startsWith(' must be array'));

const checks = new Map<string, Check>();

/** The published schemas of a release, mended; read once. */
export function checkOf(release: (typeof RELEASES)[number]): Check {
  const known = checks.get(release) ?? schemas(release, corrections);
  checks.set(release, known);
  return known;
}

export function hrefs(json: unknown): readonly string[] {
  return Array.isArray(json)
    ? json.flatMap((item: { href?: unknown }) => (typeof item.href === 'string' ? [item.href] : []))
    : [];
}

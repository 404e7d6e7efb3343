import { expect, it } from 'vitest';
import { allRoutes } from '../routes.ts';
import { tinyEstate, workloadId } from '../testing/tiny-estate.ts';
import { startTiny } from '../testing/tiny-simulator.ts';

const { call } = await startTiny(tinyEstate());

const deep = '['.repeat(5000) + ']'.repeat(5000);
const BODIES = [
  '',
  'null',
  '[]',
  '[null]',
  '[[]]',
  '{}',
  '7',
  '"text"',
  '{"__proto__":{"href":"x"}}',
  '{"constructor":{"prototype":1}}',
  '{"href":7}',
  '{"name":"a","labels":[{"href":"/orgs/1/labels/../../x"}]}',
  '{"name":"a","scopes":[[{"label":{"href":"/orgs/1/labels/0x1"}}]]}',
  '{"change_subset":{"rule_sets":[{"href":null}]}}',
  '{"change_subset":{"__proto__":[]}}',
  '{"workloads":[{"href":""}],"labels":[],"label_keys":[]}',
  '{"vens":[{"href":"/"}]}',
  '{"value":"\\u0000\\ud800"}',
  `{"description":"${'x'.repeat(100_000)}"}`,
  deep,
];
const QUERIES = [
  '?labels=[[["x"]]]',
  '?labels=[["/orgs/1/labels?key"]]',
  '?labels={}',
  '?max_results=-5',
  '?max_results=x',
  '?max_results=99999999999999999999',
  '?enforcement_modes=7&version[gte]=x&last_heartbeat_on[gte]=x',
  '?port=-&proto=x',
  '?%zz=%zz&a[b][]=c',
  '?src_workload=/orgs/1/workloads/x&dst_external_ip=::&port=0&protocol=0',
];

/** Paths of a route with ids that exist, that do not, and that are no ids. */
const paths = (path: string): string[] =>
  ['1', workloadId(1), '%2e%2e', '%00', '%E0%A4%A', 'constructor'].map((id) =>
    path
      .replace(':org', '1')
      .replace(':version', 'draft')
      .replaceAll(/:[a-zA-Z]+/g, id),
  );

it.each(allRoutes().map(({ method, path }) => [method, path]))('%s %s never breaks', async (method, path) => {
  const inputs = method === 'GET' ? QUERIES.map((query) => [query, undefined]) : BODIES.map((body) => ['', body]);
  for (const url of new Set(paths(path)))
    for (const [query, body] of inputs) {
      const { status } = await call(method, `${url}${query}`, body ? { body } : {});
      expect(status, `${method} ${url}${query} ${body?.slice(0, 80)}`).toBeLessThan(500);
    }
});

import { describe, expect, it } from 'vitest';
import { LABEL, tinyEstate, workloadId } from '../testing/tiny-estate.ts';
import { labelHref, startTiny } from '../testing/tiny-simulator.ts';
import { releaseOf } from '../versions.ts';

const { call, created, done, got, listed, refused, simulator } = await startTiny(tinyEstate(), {
  release: releaseOf('26.3'),
});
const path = '/orgs/1/label_mapping_rules';
const workload = (n: number) => `/orgs/1/workloads/${workloadId(n)}`;
const when = (property: string, operator: string, ...values: unknown[]) => ({ property, operator, values });
const gives = (label: object) => ({ label_assignments: [{ label }] });
interface Result {
  readonly href: string;
  readonly labels_to_assign: readonly { readonly key: string; readonly value: string }[];
}
/** Hosts that a condition gives a label to, by number. */
const hosts = async (expression: object): Promise<readonly number[]> => {
  const rule = await created(path, { expression, ...gives({ key: 'loc', value: 'Anywhere' }), overwrite: true });
  const run = await created(`${path}/run`, { rules: [{ href: rule.href }] });
  const { results } = (await got(`${run.href}/download`)) as unknown as { results: Result[] };
  await done('DELETE', rule.href);
  return results.map(({ href }) => Number(href.slice(-3)));
};

describe('conditions', () => {
  it.each([
    ['hostname', when('hostname', 'starts_with', 'HOST-1'), [1]],
    ['part of it', when('hostname', 'contains', 'st-2', 'st-3'), [2, 3]],
    ['its end', when('hostname', 'ends_with', '4.example.com'), [4]],
    ['a pattern', when('hostname', 'regex', '^host-[13]\\.'), [1, 3]],
    ['an address', when('ip_address', 'equals', '10.0.0.2'), [2]],
    ['one of some', when('ip_address', 'is_in', '10.0.0.1', '10.0.0.9'), [1]],
    ['the system', when('os', 'contains', 'jammy'), [1, 3, 4]],
    ['a process', when('process', 'ends_with', 'nginx'), [1, 2, 3]],
    ['a port', when('port', 'is_in', { port: 400, to_port: 500, proto: 6 }), [1, 2, 3]],
    ['not', { logical_operator: 'not', child_expressions: [when('hostname', 'contains', 'host-2')] }, [1, 3, 4]],
    [
      'and, or',
      {
        logical_operator: 'and',
        child_expressions: [
          {
            logical_operator: 'or',
            child_expressions: [when('hostname', 'contains', '1'), when('hostname', 'contains', '2')],
          },
          when('os', 'contains', 'win'),
        ],
      },
      [2],
    ],
  ])('look at %s', async (_what, expression, expected) => {
    expect(await hosts(expression)).toEqual(expected);
  });

  it.each(['(a+)+$', '([a-z]*)*x', '(a|a)*$', '(', 'a'.repeat(300), '(a)\\1'])(
    'refuse the pattern %s',
    async (source) => {
      const body = { expression: when('hostname', 'regex', source), ...gives({ key: 'loc', value: 'x' }) };
      expect((await refused('POST', path, { body }))[0]).toBe(406);
    },
  );
});

describe('rules', () => {
  it('are tried in order, give what is missing, and take it from others only where told', async () => {
    const all = when('hostname', 'contains', 'host');
    const first = await created(path, { expression: all, ...gives({ href: labelHref(LABEL.fra) }) });
    const second = await created(path, { expression: all, ...gives({ key: 'loc', value: 'Paris' }), overwrite: true });
    const proposed = async () => {
      const run = await created(`${path}/run`, {});
      expect(await got(run.href)).toMatchObject({ status: 'done', progress_percent: 100 });
      const { results } = (await got(`${run.href}/download`)) as unknown as { results: Result[] };
      return {
        run,
        given: results.map(({ href, labels_to_assign: [label] }) => [Number(href.slice(-3)), label?.value]),
      };
    };
    // 1 and 2 are in Frankfurt already.
    expect((await proposed()).given).toEqual([
      [3, 'Frankfurt'],
      [4, 'Frankfurt'],
    ]);
    await done('PUT', `${second.href}/reorder`, { position: 0 });
    expect((await listed(path)).map(({ href }) => href)).toEqual([second.href, first.href]);
    const { run, given } = await proposed();
    expect(given).toEqual([1, 2, 3, 4].map((n) => [n, 'Paris']));
    expect(await listed('/orgs/1/labels?value=Paris')).toEqual([]);

    await done('PUT', `${run.href}/assign_labels`, {});
    expect(await got(workload(1))).toMatchObject({
      labels: [{ value: 'Web' }, { value: 'Ordering' }, { value: 'Prod' }, { key: 'loc', value: 'Paris' }],
    });
    expect((await proposed()).given).toEqual([]);

    await done('PUT', `${path}/update`, [{ href: first.href, enabled: false }]);
    expect(await got(first.href)).toMatchObject({ enabled: false });
    expect((await refused('DELETE', labelHref(LABEL.fra)))[0]).toBe(406);
    await done('PUT', `${path}/delete`, { rules: [{ href: first.href }, { href: second.href }] });
    expect(await listed(path)).toEqual([]);
    await done('DELETE', labelHref(LABEL.fra));
  });

  it('are refused when they name what is not there, and to who may not write', async () => {
    const expression = when('os', 'contains', 'x');
    expect((await refused('POST', path, { body: { expression, ...gives({ href: labelHref(99) }) } }))[1]).toBe(
      'invalid_uri',
    );
    expect((await refused('POST', `${path}/run`, { body: { rules: [{ href: `${path}/77` }] } }))[1]).toBe(
      'invalid_uri',
    );
    const body = { expression, ...gives({ key: 'app', value: 'x' }) };
    expect((await refused('POST', path, { body, key: simulator.keys.readOnly }))[0]).toBe(403);
    expect((await call('GET', `${path}/run/none`)).status).toBe(404);
  });
});

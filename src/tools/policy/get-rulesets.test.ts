import { describe, expect, it } from 'vitest';
import { allPages, callTool, dispatcherOf } from '../../../test/catalogue/call.ts';
import {
  ipList,
  label,
  labelGroup,
  memoryPce,
  rule,
  ruleSet,
  service,
  workload,
} from '../../../test/catalogue/memory-pce.ts';
import { href } from '../../core/href.ts';
import type { Actor } from '../../model/inventory.ts';
import getRulesets from './get-rulesets.ts';

const app = label(1, 'app', 'ordering');
const dev = label(2, 'env', 'dev');
const group = labelGroup(3, 'non prod', 'env', [dev]);
const any = ipList(4, 'Any (0.0.0.0/0 and ::/0)', ['0.0.0.0/0']);
const https = service(5, 'HTTPS', 443);
const web = workload(6, 'web1', [app]);
const contents = { labels: [app, dev], labelGroups: [group], ipLists: [any], services: [https], workloads: [web] };

const of = (kind: 'label' | 'label_group', target: typeof app.href, exclusion = false) =>
  ({ kind, href: target, exclusion }) satisfies Actor;

describe('get-rulesets', () => {
  it('resolves the names of scopes, actors and services and gives every rule its href', async () => {
    const rules = [
      rule(1, 10, {
        consumers: [of('label', dev.href, true), { kind: 'ip_list', href: any.href }],
        providers: [of('label', app.href), { kind: 'workload', href: web.href }],
        services: [
          { kind: 'service', href: https.href },
          { kind: 'ports', proto: 6, port: 8000, toPort: 8080 },
        ],
        unscopedConsumers: true,
        updateType: 'update',
      }),
      rule(1, 11, { kind: 'override_deny', enabled: false, description: 'incident', networkType: 'all' }),
    ];
    const set = ruleSet(1, 'APP | ordering', rules, {
      scopes: [[of('label', app.href), of('label_group', group.href)], []],
    });
    const { structured, text } = await callTool(getRulesets, {}, { pce: memoryPce({ ...contents, ruleSets: [set] }) });
    expect(structured.items).toEqual([
      {
        href: '/orgs/1/sec_policy/draft/rule_sets/1',
        name: 'APP | ordering',
        enabled: true,
        scopes: ['app=ordering group:"non prod"', 'all'],
        rule_count: 2,
        rules: [
          {
            rule_type: 'allow',
            href: '/orgs/1/sec_policy/draft/rule_sets/1/sec_rules/10',
            enabled: true,
            consumers: ['env!=dev', 'iplist:"Any (0.0.0.0/0 and ::/0)"'],
            providers: ['app=ordering', 'workload:web1'],
            ingress_services: ['HTTPS', '8000-8080/tcp'],
            unscoped_consumers: true,
            update_type: 'update',
          },
          {
            rule_type: 'override_deny',
            href: '/orgs/1/sec_policy/draft/rule_sets/1/sec_rules/11',
            enabled: false,
            description: 'incident',
            consumers: ['ams'],
            providers: ['ams'],
            ingress_services: [],
            conditions: ['network all'],
          },
        ],
      },
    ]);
    expect(text).toContain(
      'app=ordering, workload:web1 on HTTPS, 8000-8080/tcp /orgs/1/sec_policy/draft/rule_sets/1/sec_rules/10',
    );
    expect(text).toContain('(disabled; network all; incident)');
  });

  it('keeps the href where nothing of that name is known', async () => {
    const gone = href('/orgs/1/labels/999');
    const set = ruleSet(1, 'x', [rule(1, 10, { consumers: [of('label', gone, true)] })]);
    const { structured } = await callTool(getRulesets, {}, { pce: memoryPce({ ruleSets: [set] }) });
    expect(structured.items[0]?.rules).toMatchObject([{ consumers: [`not ${gone}`] }]);
  });

  it('pages through a ruleset of 512 rules without losing one, in either lane', async () => {
    const rules = Array.from({ length: 512 }, (_, id) => rule(9, id));
    const pce = memoryPce({ ruleSets: [ruleSet(9, 'zz_old_billing', rules), ruleSet(8, 'a', [])] });
    const pages = await allPages(dispatcherOf([getRulesets], { pce }), 'get-rulesets', {});
    const found = pages.flatMap(({ structured }) =>
      structured.items.flatMap((item) => item.rules as { href: string }[]).map((one) => one.href),
    );
    expect(found).toEqual(rules.map((one) => String(one.href)));
    const words = new Set(pages.flatMap(({ text }) => text.split(/[\s|]+/)));
    expect(found.filter((one) => !words.has(one))).toEqual([]);
    expect(pages[0]?.structured.totals).toMatchObject({
      total_count: 2,
      rule_count: 512,
      rules_by_type: { allow: 512 },
    });
  });

  it('filters by enabled here, by name, description and scope labels on the PCE', async () => {
    const off = ruleSet(2, 'off', [], { enabled: false });
    const pce = memoryPce({ ...contents, ruleSets: [ruleSet(1, 'on', []), off] });
    const args = { name: 'o', description: 'd', enabled: false, labels: 'app=ordering', policy: 'active' };
    const { structured } = await callTool(getRulesets, args, { pce });
    expect(structured.items.map(({ name }) => name)).toEqual(['off']);
    expect(pce.asked.find(({ method }) => method === 'ruleSets')?.args.slice(0, 2)).toEqual([
      'active',
      { name: 'o', description: 'd', labels: [[app.href]] },
    ]);
  });

  it('reads workloads only where a rule names one', async () => {
    const pce = memoryPce({ ...contents, ruleSets: [ruleSet(1, 'x', [rule(1, 10)])] });
    await callTool(getRulesets, {}, { pce });
    expect(pce.asked.map(({ method }) => method)).not.toContain('workloads');
  });
});

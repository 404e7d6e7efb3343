import { expect, it } from 'vitest';
import createDenyRule from '../../src/tools/policy/create-deny-rule.ts';
import createRule from '../../src/tools/policy/create-rule.ts';
import { draftOf, policyWorld } from './policy-world.ts';

const { call, anotherServer, pce } = await policyWorld([createRule, createDenyRule]);
const ORDERING = draftOf('rule_sets', 2);
const EACH = 100;
const AT_ONCE = 5;
const ascending = (a = 0, b = 0): number => a - b;

it('two servers that add 200 rules to one ruleset at once lose none', async () => {
  const servers = [call, anotherServer().call];
  const refusals: string[] = [];
  await Promise.all(
    servers.map(async (server, who) => {
      const ports = Array.from({ length: EACH }, (_, index) => 10_000 + who * EACH + index).values();
      const worker = async (): Promise<void> => {
        for (const port of ports) {
          const { isError, text } = await server(port % 2 === 0 ? 'create-rule' : 'create-deny-rule', {
            ruleset_name: 'Ordering',
            consumers: ['role=Web'],
            providers: ['role=DB'],
            ingress_services: [{ port, proto: 'tcp' }],
          });
          if (isError) refusals.push(text);
        }
      };
      await Promise.all(Array.from({ length: AT_ONCE }, worker));
    }),
  );
  expect(refusals).toEqual([]);
  const rules = [...(await pce.list(`${ORDERING}/sec_rules`)), ...(await pce.list(`${ORDERING}/deny_rules`))];
  const ports = rules.flatMap((rule) =>
    (rule['ingress_services'] as readonly { readonly port?: number }[]).map(({ port }) => port),
  );
  const wanted = Array.from({ length: 2 * EACH }, (_, index) => 10_000 + index);
  expect(ports.filter((port) => port !== undefined && port >= 10_000).toSorted(ascending)).toEqual(wanted);
}, 60_000);

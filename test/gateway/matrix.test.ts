import { describe, expect, it } from 'vitest';
import type { Role } from '../../src/core/authority.ts';
import { catalogue } from '../../src/dispatch/catalogue.ts';
import { attacked } from '../attacks/harness/gateway.ts';
import { cell, ROLES } from './matrix.ts';

const KEK = Buffer.alloc(32, 3).toString('base64');
it('who may do what over HTTP is the checked-in table', async () => {
  const rows = catalogue.map((tool) => {
    const cells = ROLES.map((role) => cell(role, tool, false));
    const readOnly = cell('admin', tool, true);
    return `| ${tool.name} | ${tool.effect} | ${[...cells, readOnly].join(' | ')} |`;
  });
  const head = `| Tool | Effect | reader | operator | admin | no role | admin, read-only |\n|---|---|---|---|---|---|---|`;
  await expect(`${head}\n${rows.toSorted().join('\n')}\n`).toMatchFileSnapshot('matrix.md');
});

// The role table of the reference server's README.
it.each([
  ['get-workloads', ['allow', 'allow', 'allow', 'deny']],
  ['create-label', ['deny', 'allow', 'allow', 'deny']],
  ['create-ruleset', ['deny', 'allow', 'allow', 'deny']],
  ['provision-policy', ['deny', 'deny', 'confirm', 'deny']],
  ['ringfence-batch', ['deny', 'deny', 'confirm', 'deny']],
  ['register-pce-credentials', ['confirm', 'confirm', 'confirm', 'deny']],
  ['delete-pce-credentials', ['confirm', 'confirm', 'confirm', 'deny']],
])('agrees with the role table of the reference server: %s', (name, expected) => {
  const tool = catalogue.find((each) => each.name === name);
  if (tool === undefined) throw new Error(`no ${name}`);
  expect(ROLES.map((role) => cell(role, tool, false))).toEqual(expected);
});

type Names = ReadonlySet<string>;
const MODES = { shared: {}, per_user: { MCP_KEK: KEK }, hybrid: { MCP_KEK: KEK } } as const;

/** The tools of whoever the table does not deny, by role. */
const listedFor = (role: Role | null): Names =>
  new Set(catalogue.flatMap((tool) => (cell(role, tool, false) === 'deny' ? [] : [tool.name])));

describe.each(Object.entries(MODES))('a server in mode %s', (mode, env) => {
  it('lists what the table says', async () => {
    const gateway = await attacked({ env: { MCP_PCE_MODE: mode, MCP_TOOLSETS: 'all', ...env } });
    for (const role of ROLES) {
      const response = await gateway.ask(await gateway.token({ groups: [`${role}s`] }));
      const { result } = (await response.json()) as {
        readonly result: { readonly tools: readonly { readonly name: string }[] };
      };
      expect([role, new Set(result.tools.map(({ name }) => name))]).toEqual([role, listedFor(role)]);
    }
    await gateway.close();
  });
});

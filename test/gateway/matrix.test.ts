import { expect, it } from 'vitest';
import { createAuthority } from '../../src/access/decide.ts';
import { needsConfirmation } from '../../src/access/confirm/policy.ts';
import type { Role } from '../../src/core/authority.ts';
import { catalogue } from '../../src/dispatch/catalogue.ts';

const ROLES: readonly (Role | null)[] = ['reader', 'operator', 'admin', null];

/** What a role may do with a tool: deny, allow, or confirm, by the tool's example as a real run; `·` in front: not in the list either. */
function cell(role: Role | null, tool: (typeof catalogue)[number], readOnly: boolean): string {
  const principal = { issuer: 'i', subject: 's', role };
  const decide = createAuthority({ readOnly });
  const listed = decide(principal, tool.effect, { kind: 'tool', name: tool.name }).allowed;
  if (!listed) return 'deny';
  const { dry_run: _planned, ...args } = tool.example;
  const effect = tool.effectOf?.(args) ?? tool.effect;
  return needsConfirmation({ tool: tool.name, effect, args }) ? 'confirm' : 'allow';
}

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

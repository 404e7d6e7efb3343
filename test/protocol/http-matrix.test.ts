import { join } from 'node:path';
import { expect, it } from 'vitest';
import { needsConfirmation } from '../../src/access/confirm/policy.ts';
import { createAuthority, OPERATOR } from '../../src/access/decide.ts';
import { selectTools } from '../../src/access/select.ts';
import type { Principal, Role } from '../../src/core/authority.ts';
import type { AnyTool } from '../../src/dispatch/any-tool.ts';
import { catalogue } from '../../src/dispatch/catalogue.ts';

// Who may call what, and what has to be confirmed, in every mode. The table is checked in, so that a change of it is seen in review:
// `npx vitest run test/protocol/http-matrix.test.ts -u` writes it anew.
const COLUMNS: readonly (readonly [
  name: string,
  principal: Omit<Principal, 'issuer' | 'subject'>,
  confirms: boolean,
  readOnly: boolean,
])[] = [
  ['stdio, dev-insecure', { role: 'admin' }, false, false],
  ['reader', { role: 'reader' }, true, false],
  ['operator', { role: 'operator' }, true, false],
  ['admin', { role: 'admin' }, true, false],
  ['no role', { role: null }, true, false],
  ['admin of a label scope', { role: 'admin', labelScope: 'app=pos' }, true, false],
  ['admin, read-only', { role: 'admin' }, true, true],
];

/** Arguments that make a call need a confirmation which it otherwise does not (design §5). */
const TELLING: Readonly<Record<string, unknown>> = { override_deny: true, enforcement_mode: 'full', plan_id: 'plan_1' };

function verdict(tool: AnyTool, [, who, confirms, readOnly]: (typeof COLUMNS)[number]): string {
  const principal: Principal = { ...OPERATOR, ...who };
  const { allowed } = createAuthority({ readOnly })(principal, tool.effect, { kind: 'tool', name: tool.name });
  if (!allowed) return 'deny';
  const call = { tool: tool.name, effect: tool.effect };
  if (!confirms) return 'allow';
  if (needsConfirmation({ ...call, args: {} })) return 'confirm';
  const telling = Object.entries(TELLING).filter(
    ([name, value]) => name in tool.input.properties && needsConfirmation({ ...call, args: { [name]: value } }),
  );
  return telling.length === 0 ? 'allow' : `confirm with ${telling.map(([name]) => name).join(', ')}`;
}

it('is the table that is checked in', async () => {
  const header = ['tool', 'effect', ...COLUMNS.map(([name]) => name)];
  const tools = selectTools(catalogue, { toolsets: ['all'], allowed: undefined });
  const rows = tools.map((tool) => [tool.name, tool.effect, ...COLUMNS.map((column) => verdict(tool, column))]);
  const table = [header, header.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
  const text = `# Who may call what\n\nOver HTTP the same in the modes shared, per_user and hybrid. A tool is listed for whom it is not denied; a dry run is a read.\n\n${table}\n`;
  await expect(text).toMatchFileSnapshot(join(import.meta.dirname, 'tool-matrix.md'));
});

it('agrees with the role table of the reference server', () => {
  const may = (name: string) => {
    const tool = catalogue.find((candidate) => candidate.name === name);
    if (!tool) throw new Error(`no tool ${name}`);
    return (['reader', 'operator', 'admin'] satisfies Role[]).filter(
      (role) =>
        createAuthority({ readOnly: false })({ ...OPERATOR, role }, tool.effect, { kind: 'tool', name }).allowed,
    );
  };
  for (const name of ['get-labels', 'get-workloads', 'get-traffic-flows'])
    expect(may(name)).toEqual(['reader', 'operator', 'admin']);
  for (const name of ['create-workload', 'update-label', 'delete-ruleset', 'create-deny-rule', 'create-ringfence'])
    expect(may(name)).toEqual(['operator', 'admin']);
  for (const name of ['provision-policy', 'ringfence-batch']) expect(may(name)).toEqual(['admin']);
});

it('asks for the four confirmations of the reference server', () => {
  for (const tool of catalogue.filter(({ name }) =>
    ['provision-policy', 'ringfence-batch', 'register-pce-credentials', 'delete-pce-credentials'].includes(name),
  ))
    expect([tool.name, needsConfirmation({ tool: tool.name, effect: tool.effect, args: {} })]).toEqual([
      tool.name,
      true,
    ]);
});

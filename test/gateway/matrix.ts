import { createAuthority } from '../../src/access/decide.ts';
import { needsConfirmation } from '../../src/access/confirm/policy.ts';
import type { Role } from '../../src/core/authority.ts';
import type { catalogue } from '../../src/dispatch/catalogue.ts';

export const ROLES: readonly (Role | null)[] = ['reader', 'operator', 'admin', null];

/** What a role may do with a tool: deny, allow, or confirm, by the tool's example as a real run. */
export function cell(role: Role | null, tool: (typeof catalogue)[number], readOnly: boolean): string {
  const principal = { issuer: 'i', subject: 's', role };
  const decide = createAuthority({ readOnly });
  const listed = decide(principal, tool.effect, { kind: 'tool', name: tool.name }).allowed;
  if (!listed) return 'deny';
  const { dry_run: _planned, ...args } = tool.example;
  const effect = tool.effectOf?.(args) ?? tool.effect;
  return needsConfirmation({ tool: tool.name, effect, args }) ? 'confirm' : 'allow';
}

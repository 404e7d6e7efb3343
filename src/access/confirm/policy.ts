import type { Effect } from '../../core/authority.ts';

/** A call as the confirmation rules see it. */
export interface Confirmable {
  readonly tool: string;
  /** Of this call: a dry run is a read. */
  readonly effect: Effect;
  readonly args: Readonly<Record<string, unknown>>;
}

/** Design §5. A dry run is a read and never asks. `only`: the operator's list in place of the rules (`MCP_CONFIRM_TOOLS`). */
export function needsConfirmation({ tool, effect, args }: Confirmable, only?: readonly string[]): boolean {
  if (effect === 'read') return false;
  // Applying a stored plan does what the plan does, whichever tool made it; otherwise a dry run would be the way around.
  if (typeof args['plan_id'] === 'string') return true;
  if (only !== undefined) return only.includes(tool);
  // An override-deny rule wins over every allow rule; to make one, or to end one, is confirmed.
  if (effect === 'draft')
    return args['override_deny'] === true || (args['override_deny'] === false && tool.startsWith('update-'));
  // Whatever the mode was before: the call may end an enforcement that its arguments do not show.
  if (effect === 'live') return args['enforcement_mode'] !== undefined;
  return true;
}

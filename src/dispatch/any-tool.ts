import type { Answer, Column } from '../answer/answer.ts';
import type { Effect } from '../core/authority.ts';
import type { ToolContext, ToolDefinition } from '../tools/tool.ts';
import type { Arguments } from './call.ts';

/** A tool as the pipeline handles it: its arguments have been validated against its own schema, which is what its types stand for. */
export interface AnyTool extends ToolDefinition {
  readonly columns: readonly Column<object>[];
  effectOf?(args: Arguments): Effect;
  run(args: Arguments, context: ToolContext): Promise<Answer<object>>;
}

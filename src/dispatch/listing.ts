import type { Effect } from '../core/authority.ts';
import type { ToolDefinition } from '../tools/tool.ts';
import type { Annotations, ToolListing } from './call.ts';

const CURSOR_PARAMETER = { type: 'string', description: 'cursor of the last answer, for more' } as const;

/**
 * Tools whose answers have pages take the cursor of the page before. Never a tool that changes something: the next page is the same call
 * again, and would change it again.
 */
export const isPaged = ({ output, effect }: Pick<ToolDefinition, 'output' | 'effect'>): boolean =>
  effect === 'read' && 'cursor' in output.properties;

/** The input schema as clients see it: the tool's own, and the cursor where there are pages. */
export const inputSchemaOf = (tool: ToolDefinition): ToolDefinition['input'] =>
  isPaged(tool) ? { ...tool.input, properties: { ...tool.input.properties, cursor: CURSOR_PARAMETER } } : tool.input;

/** Without the structured lane there is no output schema either: the protocol wants every result to match it. */
export function listing(tool: ToolDefinition, { structured }: { readonly structured: boolean }): ToolListing {
  return {
    name: tool.name,
    title: tool.title,
    description: tool.description,
    inputSchema: { ...inputSchemaOf(tool) },
    ...(structured ? { outputSchema: { ...tool.output } } : {}),
    annotations: annotationsOf(tool.name, tool.effect),
  };
}

/**
 * Hints derived from the effect, so that they cannot disagree with it (design §5). A draft change is destructive when it deletes. The
 * world is closed: one PCE.
 */
export function annotationsOf(name: string, effect: Effect): Annotations {
  const readOnlyHint = effect === 'read';
  const destructiveHint = effect === 'draft' || effect === 'credentials' ? name.startsWith('delete-') : !readOnlyHint;
  return { readOnlyHint, destructiveHint, idempotentHint: readOnlyHint, openWorldHint: false };
}

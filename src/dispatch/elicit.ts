import { type InputRequiredResult, inputRequired, type Server, type ServerContext } from '@modelcontextprotocol/server';
import type { ToolResult } from '../answer/result.ts';

/**
 * For a call that a person must approve: the approval page, to be opened by a client that can (URL-mode elicitation, both eras). Undefined:
 * nothing is to be approved, the client cannot open pages, or has been asked already. What the client answers lets nothing through; only
 * what the signed-in person said on the page counts (attacks 19, 20).
 */
export function askPerson(
  { isError, structuredContent, content: [{ text }] }: ToolResult,
  server: Server,
  { mcpReq }: ServerContext,
): InputRequiredResult | undefined {
  const url = structuredContent?.['approval_url'];
  if (isError !== true || typeof url !== 'string' || mcpReq.inputResponses !== undefined) return undefined;
  // It also answers for the newest era, from the envelope of the request.
  if (server.getClientCapabilities()?.elicitation?.url === undefined) return undefined;
  const [message = ''] = text.split('\n');
  return inputRequired({ inputRequests: { approval: inputRequired.elicitUrl({ message, url }) } });
}

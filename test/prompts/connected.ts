import { Client, InMemoryTransport } from '@modelcontextprotocol/client';
import { OPERATOR } from '../../src/access/decide.ts';
import type { Principal } from '../../src/core/authority.ts';
import { createLog } from '../../src/core/log.ts';
import type { Dispatcher } from '../../src/dispatch/call.ts';
import { createMcpServer } from '../../src/dispatch/sdk.ts';

/** An official client on the server around `dispatcher`, in this process. */
export async function connected(dispatcher: Dispatcher, principal: Principal = OPERATOR): Promise<Client> {
  const [here, there] = InMemoryTransport.createLinkedPair();
  await createMcpServer(dispatcher, () => ({ principal }), createLog({ write: () => {} })).connect(there);
  const client = new Client({ name: 'prompts-test', version: '1.0.0' });
  await client.connect(here);
  return client;
}

/** The text of a prompt as a client gets it. */
export async function promptText(client: Client, name: string, args: Record<string, string> = {}): Promise<string> {
  const { messages } = await client.getPrompt({ name, arguments: args });
  return messages.map(({ content }) => (content.type === 'text' ? content.text : '')).join('\n');
}

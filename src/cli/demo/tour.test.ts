import { PassThrough } from 'node:stream';
import { Client, InMemoryTransport } from '@modelcontextprotocol/client';
import { expect, it } from 'vitest';
import { dispatcherOf } from '../../../test/catalogue/call.ts';
import { memoryPce } from '../../../test/catalogue/memory-pce.ts';
import { OPERATOR } from '../../access/decide.ts';
import { silentLog } from '../../core/log.ts';
import { createMcpServer } from '../../dispatch/sdk.ts';
import checkPceConnection from '../../tools/operations/check-pce-connection.ts';
import { QUESTIONS } from './questions.ts';
import { terminal } from './terminal.ts';
import { tour } from './tour.ts';

it('counts every call that fails, whether the tool or the protocol refuses, and goes on', async () => {
  // The PCE cannot be reached, and there is only one tool.
  const dispatcher = dispatcherOf([checkPceConnection], { pce: memoryPce({}) });
  const [here, there] = InMemoryTransport.createLinkedPair();
  await createMcpServer(dispatcher, () => ({ principal: OPERATOR }), silentLog).connect(there);
  const client = new Client({ name: 'test', version: '1' });
  await client.connect(here);
  const stream = new PassThrough() as PassThrough & NodeJS.WriteStream;
  expect(await tour(client, terminal(stream))).toBe(QUESTIONS.length);
  const printed = String(stream.read());
  expect(printed).toContain('error pce_unreachable');
  expect(printed).toContain('There is no tool');
  await client.close();
});

import { expect, it } from 'vitest';
import { toolCallsIn } from './quotas.ts';

const request = (method: string) => ({ jsonrpc: '2.0', id: 1, method });

it('reading a resource counts as the call of a tool that it is; listing counts as nothing', () => {
  expect(toolCallsIn(request('tools/call'))).toBe(1);
  expect(toolCallsIn(request('resources/read'))).toBe(1);
  expect(toolCallsIn(request('resources/list'))).toBe(0);
  expect(toolCallsIn([request('tools/call'), request('resources/read'), request('tools/list')])).toBe(2);
});

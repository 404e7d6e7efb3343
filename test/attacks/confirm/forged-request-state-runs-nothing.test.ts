import { afterAll, beforeAll, expect, it } from 'vitest';
import { approving, draft } from '../../gateway/approving.ts';
import type { Firm } from '../../gateway/firm.ts';
import { message, named } from '../harness/gateway.ts';

// Security case 18: a client that answers what it was never asked, or brings along a state of its own making.
let place: Firm;
beforeAll(async () => {
  place = await approving('person');
});
afterAll(() => place.close());

const ACCEPTED = { approval: { action: 'accept', content: { approved: true } } };
it.each([
  ['no state', undefined],
  ['a word', 'x'],
  ['an approval in base64', 'eyJhcHByb3ZlZCI6dHJ1ZX0'],
  ['an approval in JSON', JSON.stringify({ tool: 'provision-policy', approved: true })],
  ['a long one', 'A'.repeat(5_000)],
])('%s', async (name, requestState) => {
  await draft(place, `forged: ${name}`);
  const before = await place.call('ada', 'compare-draft-active');
  const params = { name: 'provision-policy', arguments: {}, inputResponses: ACCEPTED, requestState };
  const response = await fetch(`${place.origin}/mcp`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${await place.tokenOf('ada')}`,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': 'tools/call',
      ...named(params),
    },
    body: JSON.stringify(message('tools/call', params)),
  });
  const text = await response.text();
  expect(text).toMatch(/confirm_required|"code":-32\d{3}/);
  expect(text).not.toContain('workloads_affected');
  expect((await place.call('ada', 'compare-draft-active'))['totals']).toEqual(before['totals']);
});

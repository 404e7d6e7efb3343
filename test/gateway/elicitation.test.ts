import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { approving, draft } from './approving.ts';
import type { Firm } from './firm.ts';

let place: Firm;
beforeAll(async () => {
  place = await approving('person');
});
afterAll(() => place.close());

/** An official client whose person does `act` with the page they are shown. */
async function clientOf(revision: string, act: (path: string) => Promise<'accept' | 'decline'>) {
  const info = { name: 'elicitation-test', version: '1' };
  const capabilities = { elicitation: { url: {}, form: {} } };
  const client =
    revision === '2026-07-28'
      ? new Client(info, { capabilities, versionNegotiation: { mode: { pin: revision } } })
      : new Client(info, { capabilities, supportedProtocolVersions: [revision] });
  const shown: string[] = [];
  client.setRequestHandler('elicitation/create', async ({ params }) => {
    if (!('url' in params)) throw new Error('no page');
    shown.push(params.url);
    return { action: await act(params.url.slice(place.origin.length)) };
  });
  const token = await place.tokenOf('ada');
  await client.connect(
    new StreamableHTTPClientTransport(new URL(`${place.origin}/mcp`), {
      requestInit: { headers: { authorization: `Bearer ${token}` } },
    }),
  );
  return { client, shown };
}

const approve = async (path: string) => {
  const browser = await place.signedIn('ada', path);
  await browser.submit({ verdict: 'approve' });
  return 'accept' as const;
};

it.each(['2026-07-28', '2025-11-25'])(
  'a %s client opens the page, and the approved call goes through',
  async (revision) => {
    await draft(place, `elicited ${revision}`);
    const { client, shown } = await clientOf(revision, approve);
    const result = await client.callTool({ name: 'provision-policy', arguments: {} });
    expect([result.isError ?? false, shown.length]).toEqual([false, 1]);
    await client.close();
  },
);

it.each(['2026-07-28', '2025-11-25'])('a %s client that says yes by itself changes nothing', async (revision) => {
  await draft(place, `forged ${revision}`);
  const { client, shown } = await clientOf(revision, async () => 'accept');
  const result = await client.callTool({ name: 'provision-policy', arguments: {} });
  expect([result.isError, shown.length]).toEqual([true, 1]);
  expect(JSON.stringify(result.content)).toContain('confirm_required');
  await client.close();
});

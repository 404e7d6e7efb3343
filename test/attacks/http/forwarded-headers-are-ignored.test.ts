import { clientAddress, trustedNetworks } from '../../../src/transports/http/client-address.ts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Attacked, attacked } from '../harness/gateway.ts';

// Security case 38.
let gateway: Attacked;
beforeAll(async () => {
  gateway = await attacked();
});
afterAll(() => gateway.close());

it('a client does not choose its address, the host or the resource', async () => {
  const headers = {
    'x-forwarded-for': '198.51.100.7',
    'x-forwarded-host': 'evil.example',
    forwarded: 'host=evil.example',
  };
  const response = await fetch(`${gateway.origin}/.well-known/oauth-protected-resource/mcp`, { headers });
  expect(await response.text()).not.toContain('evil');
  expect((await gateway.ask(undefined, { headers })).headers.get('www-authenticate')).not.toContain('evil');
  expect(gateway.log()).not.toContain('198.51.100.7');
});

it.each([
  ['10.0.0.9', '198.51.100.7', '198.51.100.7'],
  ['10.0.0.9', '203.0.113.1, 198.51.100.7', '198.51.100.7'],
  ['10.0.0.9', '203.0.113.1, 10.1.1.1', '203.0.113.1'],
  ['10.0.0.9', 'not an address', '10.0.0.9'],
  ['10.0.0.9', undefined, '10.0.0.9'],
  ['::ffff:10.0.0.9', '198.51.100.7', '198.51.100.7'],
  ['192.0.2.4', '198.51.100.7', '192.0.2.4'],
])('behind the proxy %s, "%s" is %s', (peer, forwarded, expected) => {
  expect(clientAddress(peer, forwarded, trustedNetworks(['10.0.0.0/8']))).toBe(expected);
});

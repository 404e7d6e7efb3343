import { afterAll, beforeAll, expect, it } from 'vitest';
import { VERSION } from '../../../src/core/version.ts';
import { type Attacked, attacked } from '../harness/gateway.ts';

// Security case 52.
let gateway: Attacked;
beforeAll(async () => {
  gateway = await attacked();
});
afterAll(() => gateway.close());

it('no version, no address, no tenant, no key', async () => {
  const paths = ['/healthz', '/readyz', '/.well-known/oauth-protected-resource', '/', '/metrics'];
  const answers = await Promise.all(paths.map((path) => fetch(gateway.origin + path)));
  const text = (await Promise.all(answers.map((answer) => answer.text()))).join('\n');
  for (const secret of ['canary', VERSION, 'orgs', 'node_available']) expect(text).not.toContain(secret);
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 401, 401]);
  for (const answer of answers) expect(answer.headers.get('x-powered-by') ?? answer.headers.get('server')).toBeNull();
});

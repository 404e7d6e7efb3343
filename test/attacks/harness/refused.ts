import { expect } from 'vitest';
import type { Attacked } from './gateway.ts';

/** What every bad token gets, whatever is wrong with it: one shape, no call upstream, nothing of the token in answer or log. */
export async function expectRefused(gateway: Attacked, token: string, reason: string): Promise<void> {
  const response = await gateway.ask(token);
  expect(response.status).toBe(401);
  expect(await response.json()).toEqual({ error: 'invalid_token', error_description: reason });
  expect(response.headers.get('www-authenticate')).toBe(
    `Bearer error="invalid_token", error_description="${reason}", scope="illumio-mcp.use", ` +
      'resource_metadata="https://mcp.example.com/.well-known/oauth-protected-resource/mcp"',
  );
  expect(gateway.upstream).toEqual([]);
  for (const part of token.split('.').filter(({ length }) => length > 40)) expect(gateway.log()).not.toContain(part);
}

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBrowser } from './browser.ts';
import { type Firm, firm } from './firm.ts';

let place: Firm;
beforeAll(async () => {
  place = await firm();
});
afterAll(() => place.close());

const fields = (more: Readonly<Record<string, string>> = {}) => ({
  action: 'register',
  pce_host: place.simulator.host,
  pce_port: String(place.simulator.port),
  pce_org_id: String(place.simulator.orgId),
  api_key: place.simulator.apiKey,
  api_secret: place.simulator.apiSecret,
  label: '<b>mine</b> & "yours"',
  ...more,
});

describe('/setup in a browser', () => {
  it('signs in at the identity provider, registers, tests and deletes a key', async () => {
    const browser = await place.signedIn('ada', '/setup');
    const registered = await browser.submit(fields());
    expect([registered.status, registered.text]).toEqual([
      200,
      expect.stringContaining('The key works and is registered'),
    ]);
    expect((await browser.submit({ action: 'test' })).text).toContain('The key works: ');
    expect(await place.call('ada', 'get-labels', { max_results: 1 })).toHaveProperty('items');
    expect((await browser.submit({ action: 'delete' })).text).toContain('Your key was deleted here');
    expect(await place.call('ada', 'get-labels')).toMatchObject({ error: 'no_pce_credentials' });
  });

  it('shows what was typed as text, and never the secret', async () => {
    const browser = await place.signedIn('ada', '/setup');
    const refused = await browser.submit(
      fields({ api_secret: 'canary-typed-secret', pce_host: '"><script>x</script>' }),
    );
    expect(refused.status).toBe(400);
    expect(refused.text).not.toContain('<script>');
    expect(refused.text).not.toContain('<b>mine');
    expect(refused.text).toContain('&lt;b&gt;mine&lt;/b&gt;');
    expect(refused.text).not.toContain('canary-typed-secret');
    expect(place.log()).not.toContain('canary-typed-secret');
  });

  it('loads nothing from elsewhere, runs nothing, and is not framed or cached', async () => {
    const browser = await place.signedIn('ada', '/setup');
    const { headers, text } = await browser.get(`${place.origin}/setup`);
    const policy = headers.get('content-security-policy') ?? '';
    for (const part of ["default-src 'none'", "style-src 'self'", "frame-ancestors 'none'", "form-action 'self'"])
      expect(policy).toContain(part);
    expect(headers.get('cache-control')).toContain('no-store');
    expect(text).not.toMatch(/<script|style=|onclick/);
    // Without it browsers send our own forms with `Origin: null`.
    expect(text).toContain('<meta name="referrer" content="same-origin">');
    const style = await browser.get(`${place.origin}/setup/style.css`);
    expect([style.status, style.headers.get('content-type')]).toEqual([200, 'text/css; charset=utf-8']);
  });

  it('names every field for screen readers', async () => {
    const browser = await place.signedIn('ada', '/setup');
    const { text } = await browser.get(`${place.origin}/setup`);
    for (const [, id] of text.matchAll(/<input id="(\w+)"/g)) expect(text).toContain(`<label for="${id}"`);
    expect(text).toMatch(/<html lang="en">[^]*<main>[^]*<h1>/);
  });

  it.each<[string, Readonly<Record<string, string>>, Readonly<Record<string, string>>]>([
    ['another CSRF token', { csrf: 'x'.repeat(32) }, {}],
    ['none', { csrf: '' }, {}],
    ['another origin', {}, { origin: 'https://evil.example' }],
    ['another site', {}, { 'sec-fetch-site': 'cross-site' }],
    ['a sandboxed frame', {}, { origin: 'null' }],
  ])('does nothing for a form with %s', async (_what, more, headers) => {
    const browser = await place.signedIn('ada', '/setup');
    const refused = await browser.submit(fields(more), headers);
    expect(refused.status).toBe(403);
    expect(await place.call('ada', 'check-pce-credentials-status')).toMatchObject({ registered: false });
  });

  it('takes no cookie that was changed, of another kind or of nobody', async () => {
    const browser = await place.signedIn('ada', '/setup');
    const [name = '', value = ''] = [...browser.cookies].find(([each]) => each.includes('session')) ?? [];
    expect(value).not.toBe('');
    const flow = await openBrowser().get(`${place.origin}/setup`);
    const other = /=([^;]+)/.exec(flow.headers.getSetCookie()[0] ?? '')?.[1] ?? '';
    for (const bad of [`${value.slice(0, -2)}AA`, `A${value.slice(1)}`, other, 'x'.repeat(100)]) {
      const page = await openBrowser().get(`${place.origin}/setup`, { cookie: `${name}=${bad}` });
      expect(page.status).toBe(303);
    }
    expect((await openBrowser().get(`${place.origin}/setup`, { cookie: `${name}=${value}` })).status).toBe(200);
  });

  it('sets cookies that scripts cannot read and other sites do not send', async () => {
    const sent = await openBrowser().get(`${place.origin}/setup`);
    expect(sent.headers.getSetCookie()[0]).toMatch(/HttpOnly.*SameSite=Lax|SameSite=Lax.*HttpOnly/);
  });

  it('is signed out of by its own form only', async () => {
    const browser = await place.signedIn('ada', '/setup');
    const { csrf = '' } = await browser.get(`${place.origin}/setup`);
    const leave = async (sent: string) => {
      const cookie = [...browser.cookies].map((pair) => pair.join('=')).join('; ');
      const response = await fetch(`${place.origin}/signout`, {
        method: 'POST',
        headers: { cookie, origin: place.origin },
        body: new URLSearchParams({ csrf: sent }),
      });
      return { status: response.status, cookies: response.headers.getSetCookie() };
    };
    expect(csrf.length).toBeGreaterThan(20);
    expect(await leave('x'.repeat(csrf.length))).toEqual({ status: 403, cookies: [] });
    expect(await leave(csrf)).toEqual({ status: 200, cookies: [expect.stringContaining('Max-Age=0')] });
  });

  it('lets a person without a role do nothing', async () => {
    const browser = await place.signedIn('stranger', '/setup');
    expect((await browser.get(`${place.origin}/setup`)).status).toBe(403);
  });

  it('completes no sign-in that was begun elsewhere, and none twice', async () => {
    const begun = await openBrowser().get(`${place.origin}/setup`);
    const back = await place.openId.signIn(new URL(begun.location ?? ''), 'ada', `${place.origin}/signin/callback`);
    expect((await openBrowser().get(back.href)).status).toBe(400);
    const browser = openBrowser();
    const again = await browser.get(`${place.origin}/setup`);
    const landing = await place.openId.signIn(new URL(again.location ?? ''), 'ada', `${place.origin}/signin/callback`);
    expect((await browser.get(`${landing.href}x`)).status).toBe(400);
    expect((await browser.get(landing.href)).status).toBe(400);
  });

  it('goes on at another replica, in the middle of a sign-in and of a session', async () => {
    const browser = openBrowser();
    const sent = await browser.get(`${place.origin}/setup`);
    const back = await place.openId.signIn(new URL(sent.location ?? ''), 'ada', `${place.origin}/signin/callback`);
    await place.failOver();
    expect((await browser.get(back.href)).text).toContain('Signed in');
    expect((await browser.get(`${place.origin}/setup`)).text).toContain('Signed in as ada');
    await place.failOver();
    expect((await browser.submit(fields())).text).toContain('The key works and is registered');
    await place.failOver();
    expect((await browser.submit({ action: 'delete' })).text).toContain('Your key was deleted here');
  });

  it('takes no answer of another issuer', async () => {
    const browser = openBrowser();
    const sent = await browser.get(`${place.origin}/setup`);
    const back = await place.openId.signIn(new URL(sent.location ?? ''), 'ada', `${place.origin}/signin/callback`);
    back.searchParams.set('iss', 'https://evil.example');
    expect((await browser.get(back.href)).status).toBe(400);
  });

  it('asks for PKCE, state, nonce and the API it needs a token for', async () => {
    const { location } = await openBrowser().get(`${place.origin}/setup`);
    const { searchParams } = new URL(location ?? '');
    expect(Object.fromEntries(searchParams)).toMatchObject({
      response_type: 'code',
      code_challenge_method: 'S256',
      state: expect.stringMatching(/.{20}/),
      nonce: expect.stringMatching(/.{20}/),
      resource: `${place.origin}/mcp`,
    });
  });

  it('is in the record', async () => {
    const browser = await place.signedIn('ben', '/setup');
    await browser.submit(fields());
    await browser.submit({ action: 'delete' });
    expect(place.log()).not.toContain(place.simulator.apiSecret);
  });
});

describe('/setup without MCP_OAUTH_CLIENT_ID', () => {
  it('keeps the bearer form of the reference server', async () => {
    const { company } = await import('./company.ts');
    const plain = await company();
    const url = `${plain.gateway.origin}/setup`;
    expect((await fetch(url)).status).toBe(401);
    const authorization = `Bearer ${await plain.gateway.token({ sub: 'ana' })}`;
    const shown = await fetch(url, { headers: { authorization } });
    expect([shown.status, await shown.text()]).toEqual([200, expect.stringContaining('name="api_secret"')]);
    const post = (more: Readonly<Record<string, string>> = {}) =>
      fetch(url, {
        method: 'POST',
        headers: { authorization },
        body: new URLSearchParams({
          pce_host: String(plain.key['pce_host']),
          pce_port: String(plain.key['pce_port']),
          pce_org_id: String(plain.key['pce_org_id']),
          api_key: String(plain.key['api_key']),
          api_secret: String(plain.key['api_secret']),
          ...more,
        }),
      });
    const bad = await post({ pce_port: 'many' });
    expect([bad.status, await bad.text()]).toEqual([400, expect.stringContaining('Bad form: pce_port')]);
    expect((await post()).status).toBe(200);
    expect(await plain.call('ana', 'get-labels', { max_results: 1 })).toHaveProperty('items');
    expect(plain.rows('audit.db', "SELECT outcome FROM audit_log WHERE tool = '/setup'")).toEqual([
      { outcome: 'invalid_arguments' },
      { outcome: 'ok' },
    ]);
    await plain.close();
  });

  it('has no pages in mode shared', async () => {
    const { company } = await import('./company.ts');
    const shared = await company({ mode: 'shared' });
    const authorization = `Bearer ${await shared.gateway.token()}`;
    expect((await fetch(`${shared.gateway.origin}/setup`, { headers: { authorization } })).status).toBe(404);
    await shared.close();
  });
});

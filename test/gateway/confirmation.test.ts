import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Company, company } from './company.ts';

let firm: Company;
beforeAll(async () => {
  firm = await company({ mode: 'shared' });
});
afterAll(() => firm.close());

const HASH = 'ab'.repeat(32);

/** Something to provision. */
const draft = (name: string) => firm.call('ana', 'create-iplist', { name, ip_ranges: [{ from_ip: '10.9.9.0/24' }] });

describe('confirmation', () => {
  it('is the reference server’s: refused with a hash, confirmed, done once', async () => {
    await draft('confirmed list');
    const args = { change_description: 'é ü' };
    const refused = await firm.call('ana', 'provision-policy', args);
    expect(refused).toMatchObject({ error: 'confirm_required', params_hash: expect.stringMatching(/^[0-9a-f]{64}$/) });
    const { status, body } = await firm.confirm('ana', {
      tool: 'provision-policy',
      params_hash: refused['params_hash'],
    });
    expect([status, body]).toEqual([
      200,
      { confirm_token: expect.stringMatching(/^[\w-]+\.[\w-]+$/), expires_in: 120 },
    ]);
    const token = String(body['confirm_token']);
    expect(await firm.call('ana', 'provision-policy', args, { token })).toMatchObject({
      change_description: 'é ü',
      version: expect.any(Number),
    });
    expect(await firm.call('ana', 'provision-policy', args, { token })).toMatchObject({
      error: 'confirm_token_replay',
    });
  });

  it('takes the token in the protocol’s own _meta too', async () => {
    await draft('by meta');
    const refused = await firm.call('ana', 'provision-policy');
    const { body } = await firm.confirm('ana', { tool: 'provision-policy', params_hash: refused['params_hash'] });
    const { message } = await import('../attacks/harness/gateway.ts');
    const request = message('tools/call', { name: 'provision-policy', arguments: {} });
    const response = await fetch(firm.gateway.url, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${await firm.gateway.token({ sub: 'ana' })}`,
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        'mcp-protocol-version': '2026-07-28',
        'mcp-method': 'tools/call',
        'mcp-name': 'provision-policy',
      },
      body: JSON.stringify({
        ...request,
        // oxlint-disable-next-line no-underscore-dangle -- the protocol's name
        params: { ...request.params, _meta: { ...request.params._meta, confirm_token: body['confirm_token'] } },
      }),
    });
    expect(await response.text()).toContain('"version":');
  });

  it('is asked for again when the draft is another than was shown', async () => {
    await draft('first');
    const refused = await firm.call('ana', 'provision-policy');
    const { body } = await firm.confirm('ana', { tool: 'provision-policy', params_hash: refused['params_hash'] });
    await draft('slipped in');
    const second = await firm.call('ana', 'provision-policy', {}, { token: String(body['confirm_token']) });
    expect(second).toMatchObject({ error: 'confirm_required', message: expect.stringContaining('has changed') });
    expect(await firm.confirmed('ana', 'provision-policy')).toMatchObject({ version: expect.any(Number) });
  });

  it('is not given for a change nobody has seen', async () => {
    expect(await firm.confirm('ana', { tool: 'provision-policy', params_hash: HASH })).toMatchObject({
      status: 409,
      body: { error: 'preview_required' },
    });
  });

  it('is not asked for by reads, dry runs and plain drafts', async () => {
    await draft('plain');
    expect(await firm.call('ana', 'provision-policy', { dry_run: true })).toMatchObject({ dry_run: true });
    expect(await firm.call('ana', 'get-labels', { max_results: 1 })).toHaveProperty('items');
  });

  it('cannot be gone around by applying the plan of a dry run', async () => {
    await draft('around');
    const planned = await firm.call('ana', 'provision-policy', { dry_run: true });
    expect(await firm.call('ana', 'apply-plan', { plan_id: planned['plan_id'] })).toMatchObject({
      error: 'confirm_required',
    });
    expect(await firm.confirmed('ana', 'apply-plan', { plan_id: planned['plan_id'] })).toMatchObject({
      state: 'applied',
    });
  });

  it.each<[string, object | string, number, string]>([
    ['no JSON', '{', 400, 'invalid_json'],
    ['a list', '[]', 400, 'invalid_json'],
    ['no hash', { tool: 'provision-policy' }, 400, 'missing_field'],
    ['a short hash', { tool: 'provision-policy', params_hash: 'ab' }, 400, 'missing_field'],
    ['capital letters', { tool: 'provision-policy', params_hash: 'AB'.repeat(32) }, 400, 'missing_field'],
    ['an unknown tool', { tool: 'drop-everything', params_hash: HASH }, 403, 'forbidden'],
  ])('refuses %s', async (_what, body, status, error) => {
    const given = typeof body === 'string' ? body : { ...body };
    expect(await firm.confirm(`fuzz-${_what}`, given)).toMatchObject({ status, body: { error } });
  });

  it('gives nobody a token for a tool they may not use', async () => {
    const refused = await firm.confirm(
      'rita',
      { tool: 'provision-policy', params_hash: HASH },
      { groups: ['readers'] },
    );
    expect(refused).toMatchObject({ status: 403, body: { error: 'forbidden' } });
  });

  it('is limited per caller', async () => {
    const statuses = [];
    for (let n = 0; n < 12; n++) statuses.push((await firm.confirm('eager', '{')).status);
    expect(statuses.filter((status) => status === 429).length).toBeGreaterThan(0);
    expect((await firm.confirm('other', '{')).status).toBe(400);
  });

  it('needs an access token itself', async () => {
    const response = await fetch(`${firm.gateway.origin}/confirm`, { method: 'POST', body: '{}' });
    expect(response.status).toBe(401);
  });
});

describe('MCP_CONFIRM_TOOLS', () => {
  it('takes the place of the rules, but for plans', async () => {
    const own = await company({ mode: 'shared', env: { MCP_CONFIRM_TOOLS: 'create-label' } });
    expect(await own.call('ana', 'create-label', { key: 'app', value: 'x' })).toMatchObject({
      error: 'confirm_required',
    });
    expect(await own.call('ana', 'provision-policy')).toHaveProperty('version');
    const { plan_id: plan } = await own.call('ana', 'create-label', { key: 'app', value: 'y', dry_run: true });
    expect(await own.call('ana', 'apply-plan', { plan_id: plan })).toMatchObject({ error: 'confirm_required' });
    await own.close();
  });

  it('stops the start when it names what does not exist', async () => {
    await expect(company({ mode: 'shared', env: { MCP_CONFIRM_TOOLS: 'provison-policy' } })).rejects.toThrow(
      'MCP_CONFIRM_TOOLS names tools that do not exist: provison-policy',
    );
  });
});

describe('fresh sign-in', () => {
  it('is asked for where the operator wants it', async () => {
    const strict = await company({ mode: 'shared', env: { MCP_CONFIRM_FRESH_AUTH_SECONDS: '300' } });
    const body = { tool: 'delete-pce-credentials', params_hash: HASH };
    const now = Math.floor(Date.now() / 1000);
    for (const claims of [{}, { auth_time: now - 400 }])
      expect(await strict.confirm('ana', body, claims)).toMatchObject({
        status: 403,
        body: { error: 'fresh_auth_required' },
      });
    expect(await strict.confirm('ana', body, { auth_time: now - 100 })).toMatchObject({ status: 200 });
    await strict.close();
  });
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { approving, draft, pathToApprove } from './approving.ts';
import { openBrowser } from './browser.ts';
import type { Firm } from './firm.ts';

describe('MCP_CONFIRM_MODE=person', () => {
  let place: Firm;
  beforeAll(async () => {
    place = await approving('person');
  });
  afterAll(() => place.close());

  it('shows the change to the signed-in person, who approves it once', async () => {
    await draft(place, 'shown <i>list</i>');
    const path = await pathToApprove(place);
    const browser = await place.signedIn('ada', path);
    const { text } = await browser.get(`${place.origin}${path}`);
    expect(text).toMatch(/shown [^ ]+list/);
    expect(text).not.toContain('<i>list');
    expect(text).toContain('Asked by');
    expect((await browser.submit({ verdict: 'approve' })).text).toContain('Approved.');
    expect(await place.call('ada', 'provision-policy')).toMatchObject({ version: expect.any(Number) });
    await draft(place, 'next');
    expect(await place.call('ada', 'provision-policy')).toMatchObject({ error: 'confirm_required' });
  });

  it('does nothing once it was denied', async () => {
    await draft(place, 'denied');
    const browser = await place.signedIn('ada', await pathToApprove(place));
    expect((await browser.submit({ verdict: 'deny' })).text).toContain('Denied.');
    expect(await place.call('ada', 'provision-policy')).toMatchObject({ error: 'forbidden' });
  });

  it('shows every request of a stored plan that is to be applied', async () => {
    const { plan_id: plan } = await place.call('ada', 'create-label', {
      key: 'app',
      value: 'as <planned>',
      dry_run: true,
    });
    const { approval_url: url } = await place.call('ada', 'apply-plan', { plan_id: plan });
    const path = String(url).slice(place.origin.length);
    const browser = await place.signedIn('ada', path);
    const { text } = await browser.get(`${place.origin}${path}`);
    expect(text).toMatch(/POST \/orgs\/1\/labels/);
    expect(text).toMatch(/as .{0,5}planned/);
    expect(text).not.toContain('<planned>');
    expect((await browser.submit({ verdict: 'approve' })).text).toContain('Approved.');
    expect(await place.call('ada', 'apply-plan', { plan_id: plan })).toMatchObject({ state: 'applied' });
  });

  it('shows somebody else nothing, and takes nothing without the form', async () => {
    await draft(place, 'mine');
    const path = await pathToApprove(place);
    const other = await place.signedIn('ben', path);
    expect((await other.get(`${place.origin}${path}`)).status).toBe(404);
    const own = await place.signedIn('ada', path);
    expect((await own.submit({ verdict: 'approve', csrf: 'x' })).status).toBe(403);
    expect(await place.call('ada', 'provision-policy')).toMatchObject({ error: 'confirm_required' });
  });

  it('asks the identity provider for a sign-in that is recent enough', async () => {
    await draft(place, 'recently');
    const { location } = await openBrowser().get(`${place.origin}${await pathToApprove(place)}`);
    expect(new URL(location ?? '').searchParams.get('max_age')).toBe('3600');
  });

  it('gives a program no token', async () => {
    const refused = await fetch(`${place.origin}/confirm`, { method: 'POST', body: '{}' });
    expect(refused.status).toBe(401);
  });
});

describe('MCP_CONFIRM_MODE=second', () => {
  it('needs somebody else', async () => {
    const place = await approving('second');
    await draft(place, 'two eyes more');
    const path = await pathToApprove(place);
    const asker = await place.signedIn('ada', path);
    expect((await asker.submit({ verdict: 'approve' })).status).toBe(403);
    expect(await place.call('ada', 'provision-policy')).toMatchObject({ error: 'confirm_required' });
    // Somebody without a role, and somebody whose labels the change may lie outside of.
    for (const [login, status] of [
      ['stranger', 403],
      ['rita', 404],
      ['lea', 404],
    ] as const) {
      const other = await place.signedIn(login, path);
      expect([login, (await other.get(`${place.origin}${path}`)).status]).toEqual([login, status]);
    }
    const second = await place.signedIn('ben', path);
    expect((await second.submit({ verdict: 'approve' })).text).toContain('Approved.');
    expect(await place.call('ada', 'provision-policy')).toMatchObject({ version: expect.any(Number) });
    await place.close();
  });
});

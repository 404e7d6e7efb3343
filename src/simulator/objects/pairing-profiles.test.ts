import { describe, expect, it } from 'vitest';
import { LABEL, tinyEstate } from '../testing/tiny-estate.ts';
import { labelHref, startTiny } from '../testing/tiny-simulator.ts';

const { simulator, call, created, done, got, listed, refused } = await startTiny(tinyEstate());
const path = '/orgs/1/pairing_profiles';

describe('pairing profiles', () => {
  it('come with defaults for servers and endpoints that stay', async () => {
    const [servers, endpoints] = await listed(path);
    expect([servers, endpoints]).toMatchObject([
      { name: 'Default (Servers)', is_default: true, ven_type: 'server' },
      { is_default: true, ven_type: 'endpoint' },
    ]);
    expect((await refused('DELETE', servers?.href ?? ''))[0]).toBe(406);
  });

  it('are made from next to nothing, changed in part and found again', async () => {
    const spare = await created('/orgs/1/labels', { key: 'role', value: 'Spare' });
    const made = await created(path, { enabled: true, name: 'Web', labels: [{ href: spare.href }] });
    expect(made).toMatchObject({
      key_lifespan: 'unlimited',
      allowed_uses_per_key: 'unlimited',
      mode: 'illuminated',
      enforcement_mode: 'visibility_only',
      caps: ['write', 'generate_pairing_key'],
    });
    await done('PUT', made.href, { enforcement_mode: 'full', key_lifespan: 3600 });
    expect(await got(made.href)).toMatchObject({ name: 'Web', mode: 'enforced', key_lifespan: 3600, enabled: true });
    const labels = encodeURIComponent(JSON.stringify([[spare.href]]));
    for (const query of ['name=WEB', `labels=${labels}`, 'name=web&ven_type=server'])
      expect((await listed(`${path}?${query}`)).map(({ href }) => href)).toEqual([made.href]);
    expect(await listed(`${path}?name=web&ven_type=endpoint`)).toEqual([]);
    expect(await got(`${spare.href}?usage=true`)).toMatchObject({ usage: { pairing_profile: true, ruleset: false } });
    expect((await refused('DELETE', spare.href))[0]).toBe(406);
    await done('DELETE', made.href);
    await done('DELETE', spare.href);
    expect((await refused('GET', made.href))[0]).toBe(404);
  });

  it('give out keys that are shown once and never again', async () => {
    const made = await created(path, { enabled: true, name: 'Keys' });
    const [first, second] = [
      await created(`${made.href}/pairing_key`, {}),
      await created(`${made.href}/pairing_key`, {}),
    ];
    expect(first['activation_code']).toMatch(/^[0-9a-f]{65}$/);
    expect(second['activation_code']).not.toBe(first['activation_code']);
    const shown = JSON.stringify([await got(made.href), await listed(path), simulator.world.ownEvents]);
    expect(shown).not.toContain(String(first['activation_code']));
    expect(await got(made.href)).toMatchObject({ last_pairing_key_generated_by: { href: '/users/1' } });
    await done('DELETE', `${made.href}/pairing_keys`);
    await done('PUT', made.href, { enabled: false });
    expect((await refused('POST', `${made.href}/pairing_key`, { body: {} }))[0]).toBe(406);
  });

  it('belong to the scope of their labels', async () => {
    const key = simulator.keys.scoped;
    const inside = { enabled: true, name: 'Mine', labels: [{ href: labelHref(LABEL.ordering) }] };
    const made = await call('POST', path, { body: inside, key });
    expect(made.status).toBe(201);
    const outside = { ...inside, labels: [{ href: labelHref(LABEL.crm) }] };
    expect((await refused('POST', path, { body: outside, key }))[0]).toBe(403);
    const seen = await call('GET', path, { key });
    expect((seen.json as { name: string }[]).map(({ name }) => name)).toEqual(['Mine']);
    expect((await refused('POST', `${path}/1/pairing_key`, { body: {}, key: simulator.keys.readOnly }))[0]).toBe(403);
  });
});

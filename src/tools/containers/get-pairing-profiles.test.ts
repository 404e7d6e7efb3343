import { describe, expect, it } from 'vitest';
import { policyWorld } from '../../../test/changes/policy-world.ts';
import getPairingProfiles from './get-pairing-profiles.ts';

const tool = 'get-pairing-profiles';
const { ok, pce } = await policyWorld([getPairingProfiles]);

describe(tool, () => {
  it('lists profiles with label names, modes and limits', async () => {
    const body = { enabled: false, name: 'Web', labels: [{ href: '/orgs/1/labels/1' }], key_lifespan: 3600 };
    await pce.send({ method: 'POST', path: '/orgs/1/pairing_profiles', body });
    const { structured } = await ok(tool, { name: 'web' });
    expect(structured.answer).toBe('1 pairing profile, 0 enabled.');
    expect(structured.items).toMatchObject([
      {
        name: 'Web',
        labels: ['role=Web'],
        enforcement_mode: 'visibility_only',
        key_lifespan: '3600',
        allowed_uses_per_key: 'unlimited',
      },
    ]);
  });

  it('shows no activation key, not even one made a moment ago', async () => {
    const { body } = await pce.send({ method: 'POST', path: '/orgs/1/pairing_profiles/1/pairing_key', body: {} });
    const code = (body as { activation_code: string }).activation_code;
    expect(code.length).toBeGreaterThan(32);
    const { structured, text } = await ok(tool, {});
    expect(JSON.stringify(structured) + text).not.toContain(code);
    expect(structured.items.find((item) => item['name'] === 'Default (Servers)')).toHaveProperty(
      'last_pairing_key_generated_at',
    );
  });
});

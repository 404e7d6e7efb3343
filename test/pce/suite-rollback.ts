import { describe, expect, it } from 'vitest';
import type { Fields, Session } from './session.ts';

/** Back to an earlier version, and only over what this run provisioned itself. */
export function rollbackTests(session: () => Session): void {
  describe('rollback', () => {
    it('goes back over what was just provisioned, and is refused while drafts are pending', async ({ skip }) => {
      const name = session().named('rolled-back');
      const inForce = async (): Promise<readonly Fields[]> =>
        (await session().ok('get-iplists', { name, policy: 'active' }))['items'] as readonly Fields[];
      const { items: others } = await session().ok('compare-draft-active');
      await session().ok('create-iplist', { name, ip_ranges: [{ from_ip: '192.0.2.0/25' }] });
      // Refused because of the list above, whatever else is pending.
      expect(await session().code('rollback-policy', { dry_run: true })).toBe('conflict');
      const { items } = await session().ok('compare-draft-active', { resource_type: 'ip_lists' });
      const href = (items as readonly Fields[]).find((item) => item['name'] === name)?.['href'];
      const why = session().mayProvision ? 'others have drafts pending' : 'PCE_TEST_PROVISION=1 is not set';
      if (!session().mayProvision || (others as readonly Fields[]).length > 0) {
        await session().ok('revert-draft', { hrefs: [href] });
        skip(why);
      }
      const { version } = await session().ok('provision-policy', { hrefs: [href] });
      expect(await inForce()).toHaveLength(1);

      const back = { version: Number(version) - 1 };
      const planned = await session().ok('rollback-policy', { ...back, dry_run: true });
      // Whoever provisioned in between would be rolled back too: then it is left to the clean-up.
      expect(planned['differences'], 'somebody else provisioned').toEqual([expect.stringContaining(name)]);
      const { plan_id: plan } = await session().ok('rollback-policy', back);
      expect(await inForce()).toEqual([]);
      await session().ok('undo-change', { plan_id: plan });
      expect(await inForce()).toHaveLength(1);

      await session().ok('delete-iplist', { name });
      await session().ok('provision-policy', { hrefs: [href] });
      expect(await inForce()).toEqual([]);
    });
  });
}

import { describe, expect, it } from 'vitest';
import { compareText } from '../../src/tools/listing.ts';
import type { Fields, Session } from './session.ts';

/** What the suite asks of many workloads at once: bulk changes of its own unmanaged ones, and the mode of the one it was given. */
export function workloadTests(session: () => Session): void {
  const listed = async (args: Fields): Promise<readonly Fields[]> =>
    (await session().ok('get-workloads', args))['items'] as readonly Fields[];

  describe('many workloads at once', () => {
    it('are created, relabelled, previewed, undone and deleted from rows', async () => {
      const [prefix, role] = [session().named('bulk'), session().named('bulk-role')];
      const hostnames = [`${prefix}-1`, `${prefix}-2`];
      const bulk = (operation: string, rows: readonly Fields[], more: Fields = {}): Promise<Fields> =>
        session().ok('bulk-workloads', { operation, rows, ...more });
      const rows = hostnames.map((hostname, index) => ({
        hostname,
        name: hostname,
        ip_addresses: `192.0.2.${20 + index}`,
      }));
      const roles = async (): Promise<readonly unknown[]> =>
        (await listed({ name: prefix })).map((workload) => workload['role'] ?? null);

      expect(await bulk('create', rows, { dry_run: true })).toMatchObject({ state: 'planned', totals: { planned: 2 } });
      expect(await listed({ name: prefix })).toEqual([]);
      expect(await bulk('create', rows)).toMatchObject({ state: 'applied', totals: { created: 2 } });
      expect((await listed({ name: prefix })).map(({ hostname }) => String(hostname)).toSorted(compareText)).toEqual(
        hostnames,
      );

      const labelled = hostnames.map((hostname) => ({ hostname, role }));
      const { plan_id: plan } = await bulk('relabel', labelled, { create_missing: true, dry_run: true });
      expect(await roles()).toEqual([null, null]);
      expect(await session().ok('apply-plan', { plan_id: plan })).toMatchObject({ state: 'applied' });
      expect(await roles()).toEqual([role, role]);
      await session().ok('undo-change', { plan_id: plan });
      expect(await roles()).toEqual([null, null]);

      expect(
        await bulk(
          'delete',
          hostnames.map((hostname) => ({ hostname })),
        ),
      ).toMatchObject({ totals: { deleted: 2 } });
      expect(await listed({ name: prefix })).toEqual([]);
    });
  });

  describe('enforcement mode', () => {
    it('nothing is enforced on a workload without a VEN, so nothing is sent for one', async () => {
      const name = session().named('no-ven');
      await session().ok('create-workload', { name, ip_addresses: ['192.0.2.30'] });
      const set = { workloads: [name], enforcement_mode: 'full' };
      expect(await session().code('set-enforcement-mode', set)).toBe('nothing_to_change');
      await session().ok('delete-workload', { name });
    });

    it('of the workload it was given is planned, set and put back', async ({ skip }) => {
      const name = session().testWorkload;
      if (name === undefined) skip('PCE_TEST_WORKLOAD names no workload');
      const mode = async (): Promise<unknown> => {
        const found = (await listed({ hostname: name })).filter(({ hostname }) => hostname === name);
        expect(found, `workload ${name}`).toHaveLength(1);
        return found[0]?.['enforcement_mode'];
      };
      const before = await mode();
      const other = new Map<unknown, string>([
        ['idle', 'visibility_only'],
        ['visibility_only', 'idle'],
      ]).get(before);
      if (other === undefined) skip(`${name} is in ${String(before)}; only idle and visibility_only are switched`);
      const set = { workloads: [name], enforcement_mode: other };
      expect(await session().ok('set-enforcement-mode', { ...set, dry_run: true })).toMatchObject({ state: 'planned' });
      expect(await mode()).toBe(before);
      const { plan_id: plan } = await session().ok('set-enforcement-mode', set);
      expect(await mode()).toBe(other);
      await session().ok('undo-change', { plan_id: plan });
      expect(await mode()).toBe(before);
    });
  });
}

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callWith, type Called } from '../../../test/catalogue/call.ts';
import { NOW_MS, type Simulated, simulated } from '../../../test/catalogue/simulated.ts';
import { plantedIssues } from '../../simulator/estates/planted.ts';
import simulateChange from './simulate-change.ts';

const planted = plantedIssues({ profile: 'mid', seed: 7, nowMs: NOW_MS });
const [devReadsProd = ''] = planted['P1']?.rules ?? [];
const DRAFT = '/orgs/1/sec_policy/draft';

let on: Simulated;
beforeAll(async () => {
  on = await simulated({ profile: 'mid', seed: 7 }, { tools: [simulateChange] });
});
afterAll(() => on.close());

const simulate = (...changes: readonly object[]): Promise<Called> =>
  callWith(on.dispatcher, 'simulate-change', { changes });

interface Named {
  readonly href: string;
  readonly name: string;
}
const byName = async (collection: string, name: string): Promise<string> => {
  const found = (await on.pce.list(`${DRAFT}/${collection}`, { name })) as unknown as readonly Named[];
  return found.find((one) => one.name === name)?.href ?? '';
};

const connections = ({ structured }: Called, change: string): number =>
  (structured.totals[change] as { connections: number }).connections;

describe('simulate-change', () => {
  it('says what deleting a rule breaks, and sends nothing', async () => {
    const before = await on.pce.read(devReadsProd);
    const called = await simulate({ operation: 'delete', href: devReadsProd });
    const broken = called.structured.items.filter((item) => item['change'] === 'will_break');
    expect(broken).toEqual([
      expect.objectContaining({
        from: 'app=ordering env=dev role=processing',
        to: 'app=ordering env=prod role=db',
        service: '5432/tcp',
        blocked_at: 'destination',
        because: expect.stringContaining('BND | nonprod-to-prod'),
      }),
    ]);
    expect(called.structured['risk']).toBe('high');
    expect(connections(called, 'newly_allowed')).toBe(0);
    expect(await on.pce.read(devReadsProd)).toEqual(before);
  });

  it('takes disabling a rule for the same as deleting it, and deleting it with the same rule made anew for nothing', async () => {
    const disabled = await simulate({ operation: 'update', href: devReadsProd, object: '{"enabled":false}' });
    const deleted = await simulate({ operation: 'delete', href: devReadsProd });
    expect(disabled.structured.totals).toEqual(deleted.structured.totals);
    const rule = (await on.pce.read(devReadsProd)) as Readonly<Record<string, unknown>>;
    const { enabled, providers, consumers, ingress_services, unscoped_consumers, resolve_labels_as } = rule;
    const again = { enabled, providers, consumers, ingress_services, unscoped_consumers, resolve_labels_as };
    const replaced = await simulate(
      { operation: 'delete', href: devReadsProd },
      { operation: 'create', href: devReadsProd.replace(/\/\d+$/, ''), object: JSON.stringify(again) },
    );
    expect(replaced.structured.items).toEqual([]);
    expect(replaced.structured['risk']).toBe('low');
  });

  it('says what lifting the override deny of the incident lets through (P16)', async () => {
    const called = await simulate(
      ...(planted['P16']?.rules ?? []).map((href) => ({ operation: 'update', href, object: '{"enabled":false}' })),
    );
    expect(connections(called, 'newly_allowed')).toBeGreaterThan(0);
    const allowed = called.structured.items.filter((item) => item['change'] === 'newly_allowed');
    expect(allowed.every((item) => String(item['from']).includes('app=backup'))).toBe(true);
  });

  it('follows a change of a service, and of a list, into the rules that use them', async () => {
    const postgres = await byName('services', 'POSTGRES');
    const moved = await simulate({
      operation: 'update',
      href: postgres,
      object: '{"service_ports":[{"port":5433,"proto":6}]}',
    });
    const lost = moved.structured.items.filter((item) => item['change'] !== 'gains_rule');
    expect(lost.length).toBeGreaterThan(0);
    expect(lost.every((item) => item['service'] === '5432/tcp')).toBe(true);
    const gone = await simulate({ operation: 'delete', href: postgres });
    expect(connections(gone, 'loses_rule')).toBe(connections(moved, 'loses_rule'));
    const any = await byName('ip_lists', 'RFC1918');
    const list = await simulate({ operation: 'delete', href: any });
    expect(list.isError).toBe(false);
    expect(list.structured.items.length).toBeGreaterThan(0);
  });

  it.each([
    [{ operation: 'delete', href: `${DRAFT}/services/999999` }, 'not_found'],
    [{ operation: 'update', href: devReadsProd, object: '{"enabled":' }, 'invalid_arguments'],
    [{ operation: 'update', href: devReadsProd, object: '{"actions":[]}' }, 'invalid_arguments'],
    [{ operation: 'update', href: devReadsProd, object: '{"enabled":"no"}' }, 'invalid_arguments'],
    [{ operation: 'delete', href: '/orgs/1/users/4' }, 'invalid_arguments'],
    [{ operation: 'delete', href: '../etc' }, 'invalid_href'],
  ])('refuses %j', async (change, error) => {
    expect((await simulate(change)).structured.error).toBe(error);
  });
});

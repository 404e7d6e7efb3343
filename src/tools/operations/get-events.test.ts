import { describe, expect, it } from 'vitest';
import { callTool } from '../../../test/catalogue/call.ts';
import { memoryPce } from '../../../test/catalogue/memory-pce.ts';
import { href } from '../../core/href.ts';
import type { PceEvent } from '../../model/inventory.ts';
import getEvents from './get-events.ts';

const event = (id: number, rest: Partial<PceEvent> = {}): PceEvent => ({
  href: href(`/orgs/1/events/e${id}`),
  type: 'user.sign_in',
  timestamp: new Date(Date.parse('2025-06-10T12:00:00Z') - id * 60_000).toISOString(),
  severity: 'info',
  status: 'success',
  createdBy: 'ana@example.com',
  pceFqdn: 'pce.example.com',
  notifications: [],
  resourceChanges: 0,
  ...rest,
});

describe('get-events', () => {
  it('lists the fields of the reference server and leaves absent ones out', async () => {
    const events = [
      event(0, {
        notifications: [{ type: 'user.login_failed', info: { supplied_username: 'eve' } }],
        status: 'failure',
      }),
      event(1, { type: 'agent.clone_detected', status: null, pceFqdn: null }),
    ];
    const { structured, text } = await callTool(getEvents, {}, { pce: memoryPce({ events }) });
    expect(structured.items).toEqual([
      {
        href: '/orgs/1/events/e0',
        event_type: 'user.sign_in',
        timestamp: '2025-06-10T12:00:00.000Z',
        severity: 'info',
        status: 'failure',
        created_by: 'ana@example.com',
        notification_type: 'user.login_failed',
        info: '{"supplied_username":"eve"}',
        pce_fqdn: 'pce.example.com',
      },
      {
        href: '/orgs/1/events/e1',
        event_type: 'agent.clone_detected',
        timestamp: '2025-06-10T11:59:00.000Z',
        severity: 'info',
        created_by: 'ana@example.com',
      },
    ]);
    expect(text).toContain('user.login_failed');
  });

  it('reads the newest 100 unless told and says that there are more', async () => {
    const events = Array.from({ length: 130 }, (_, id) => event(id));
    const { structured } = await callTool(getEvents, {}, { pce: memoryPce({ events }) });
    expect(structured.totals).toMatchObject({ total_count: 100, matched: 130 });
    expect(structured.coverage).toMatchObject({ truncated: true, row_cap: 100 });
    expect(structured.answer).toContain('100 events (the newest of 130)');
    expect(structured.next).toEqual([expect.stringContaining('timestamp_lte=2025-06-10T10:21:00.000Z')]);
  });

  it('passes its filters to the PCE', async () => {
    const pce = memoryPce({});
    const args = { event_type: 't', severity: 'err', status: 'failure', created_by: 'u', max_results: 5 };
    await callTool(getEvents, { ...args, timestamp_gte: 'a', timestamp_lte: 'b' }, { pce });
    expect(pce.asked[0]?.args).toMatchObject([
      { eventType: 't', severity: 'err', status: 'failure', createdBy: 'u', timestampGte: 'a', timestampLte: 'b' },
      { maxResults: 5 },
    ]);
  });
});

import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../core/json.ts';
import { DAY, HOUR } from '../calendar.ts';
import { ANCHORS, textOf } from '../estate-testing.ts';
import { buildEstate } from '../index.ts';

const nowMs = ANCHORS.sunday;
const estate = buildEstate({ profile: 'mid', seed: 7, nowMs });
const month: JsonObject[] = [...estate.events(nowMs - 30 * DAY, nowMs)];
const ofType = (type: string) => month.filter((event) => event['event_type'] === type);

describe('events', () => {
  it('are about 900 a day, about 35 % of them without a status', () => {
    expect(month.length / 30).toBeGreaterThan(800);
    expect(month.length / 30).toBeLessThan(1_000);
    const silent = month.filter((event) => event['status'] === null).length / month.length;
    expect(silent).toBeGreaterThan(0.32);
    expect(silent).toBeLessThan(0.38);
  });

  it('come oldest first, inside the range, each with an href of its own', () => {
    const times = month.map((event) => textOf(event, 'timestamp'));
    expect(times).toEqual(times.toSorted());
    expect(Date.parse(times[0] ?? '')).toBeGreaterThanOrEqual(nowMs - 30 * DAY);
    expect(Date.parse(times.at(-1) ?? '')).toBeLessThan(nowMs);
    expect(new Set(month.map((event) => event['href'])).size).toBe(month.length);
  });

  it('are the same for a range and for its parts', () => {
    const parts: JsonObject[] = [];
    const step = 7 * HOUR + 12_345;
    for (let from = nowMs - 3 * DAY; from < nowMs; from += step)
      parts.push(...estate.events(from, Math.min(nowMs, from + step)));
    expect(parts).toEqual([...estate.events(nowMs - 3 * DAY, nowMs)]);
  });

  it('tell of agents in trouble as the inventory does (P19)', () => {
    const names = (type: string) => ofType(type).map((event) => JSON.stringify(event));
    const offline = estate.workloads.filter((workload) => workload.managed && !workload.online);
    const told = names('system_task.agent_offline_check');
    expect(told).toHaveLength(15);
    for (const workload of offline) expect(told.some((event) => event.includes(workload.id))).toBe(true);
    expect(ofType('agent.clone_detected')).toHaveLength(2);
    expect(ofType('agent.clone_detected').every((event) => event['status'] === null)).toBe(true);
    expect(ofType('agent.tampering')).toHaveLength(1);
    expect(ofType('agent.suspend')).toHaveLength(4);
  });

  it('have the health types of agents', () => {
    for (const type of [
      'agent.goodbye',
      'agent.service_not_available',
      'agent.suspend',
      'agent.tampering',
      'agent.clone_detected',
      'agent.activate',
      'agent.deactivate',
      'lost_agent.found',
      'system_task.agent_missed_heartbeats_check',
      'system_task.agent_offline_check',
      'system_task.agent_missing_heartbeats_after_upgrade',
    ])
      expect(ofType(type).length, type).toBeGreaterThan(0);
  });

  it('record every provisioning of the version history and every pending edit', () => {
    const all: JsonObject[] = [...estate.events(nowMs - 90 * DAY, nowMs)];
    for (const version of estate.policyVersions) {
      const at = new Date(version.createdMs).toISOString();
      const found = all.filter(
        (event) => event['timestamp'] === at && textOf(event, 'event_type').startsWith('sec_policy.'),
      );
      expect(found).toHaveLength(1);
      expect(JSON.stringify(found)).toContain(`/sec_policy/${version.version}"`);
    }
    for (const seed of [...estate.ruleSets, ...estate.ipLists, ...estate.services])
      if (seed.draft) {
        const at = new Date(seed.draft.updatedMs).toISOString();
        expect(all.some((event) => event['timestamp'] === at && JSON.stringify(event).includes(`/${seed.id}"`))).toBe(
          true,
        );
      }
  });

  it('always say who: exactly one kind of creator', () => {
    for (const event of month) expect(Object.keys(event['created_by'] as JsonObject)).toHaveLength(1);
  });
});

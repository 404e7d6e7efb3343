import { expect, it } from 'vitest';
import type { PolicySource } from '../../model/policy/source.ts';
import { LABEL, tinyEstate, workloadId } from '../testing/tiny-estate.ts';
import { draft, labelHref, startTiny } from '../testing/tiny-simulator.ts';

const MINUTE = 60_000;
const start = tinyEstate().nowMs;
let nowMs = start;
const { created, done, simulator } = await startTiny(tinyEstate(), { clock: { now: () => nowMs } });
const { world } = simulator;
const workload = `/orgs/1/workloads/${workloadId(3)}`;
const mode = (policy: PolicySource) => policy.workloads.find(({ href }) => href === workload)?.mode;
const stretches = (toMs: number) =>
  world
    .epochs(start - MINUTE, toMs)
    .map(({ fromMs, toMs: end, policy }) => [fromMs - start, end - start, mode(policy)]);

it('has one epoch while nothing changes, and gives the same policy for it each time', () => {
  expect(stretches(start + MINUTE)).toEqual([[-MINUTE, MINUTE, 'visibility_only']]);
  const [[first], [again]] = [world.epochs(0, start), world.epochs(start, start + 1)];
  expect(first?.policy).toBe(again?.policy);
  expect(world.epochs(start, start)).toEqual([]);
});

it('a mode change counts from the next full minute on; the past keeps its policy', async () => {
  const [before] = world.epochs(start, start + 1);
  nowMs = start + 10_000;
  await done('PUT', workload, { enforcement_mode: 'selective' });
  nowMs = start + 50_000;
  await done('PUT', workload, { enforcement_mode: 'full' });
  expect(stretches(start + 2 * MINUTE)).toEqual([
    [-MINUTE, MINUTE, 'visibility_only'],
    [MINUTE, 2 * MINUTE, 'full'],
  ]);
  expect(world.epochs(start, start + 1)[0]?.policy).toBe(before?.policy);
  expect(mode(world.policy('active'))).toBe('full');
});

it('fields that policy does not read start no epoch', async () => {
  nowMs = start + 2 * MINUTE;
  await done('PUT', workload, { description: 'x' });
  expect(stretches(start + 9 * MINUTE)).toHaveLength(2);
});

it('label changes, provisioning, new and unpaired workloads each start one', async () => {
  nowMs = start + 3 * MINUTE;
  await done('PUT', workload, { labels: [{ href: labelHref(LABEL.db) }] });
  nowMs = start + 5 * MINUTE;
  await done('PUT', draft('rule_sets', 2), { enabled: false });
  nowMs = start + 7 * MINUTE;
  await created('/orgs/1/sec_policy', {});
  nowMs = start + 9 * MINUTE;
  await done('PUT', '/orgs/1/vens/unpair', { vens: [{ href: `/orgs/1/vens/${workloadId(3)}` }] });
  nowMs = start + 11 * MINUTE;
  await created('/orgs/1/workloads', { name: 'new' });
  const epochs = world.epochs(start, start + 20 * MINUTE);
  expect(epochs.map(({ fromMs }) => (fromMs - start) / MINUTE)).toEqual([0, 1, 4, 8, 10, 12]);
  const enabled = ({ ruleSets }: PolicySource) => ruleSets.find(({ name }) => name === 'Ordering')?.enabled;
  expect(epochs.map(({ policy }) => enabled(policy))).toEqual([true, true, true, false, false, false]);
  expect(epochs.map(({ policy }) => policy.workloads.length)).toEqual([4, 4, 4, 4, 3, 4]);
  const labels = epochs.map(({ policy }) => policy.workloads.find(({ href }) => href === workload)?.labels.length);
  expect(labels).toEqual([3, 3, 1, 1, undefined, undefined]);
});

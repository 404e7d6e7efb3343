import { describe, expect, it } from 'vitest';
import type { ToolContext } from '../tool.ts';
import { impactOf } from './traffic-impact.ts';

/** A PCE that never answers: only what needs no answer can be said. */
const silent: ToolContext['pce'] = new Proxy({} as ToolContext['pce'], { get: () => () => new Promise(() => {}) });

function contextOf(progress: ToolContext['progress'] = () => {}): ToolContext {
  const none = (): never => {
    throw new Error('not asked for here');
  };
  return {
    pce: silent,
    flows: new Proxy({} as ToolContext['flows'], { get: none }),
    changes: none,
    keys: new Proxy({} as ToolContext['keys'], { get: none }),
    clock: { now: () => 0 },
    signal: new AbortController().signal,
    principal: new Proxy({} as ToolContext['principal'], { get: none }),
    progress,
  } as ToolContext; // whatever is missing is not asked for
}

const DRAFT = '/orgs/1/sec_policy/draft';
const ruleOff = { method: 'PUT', path: `${DRAFT}/rule_sets/1/sec_rules/2`, body: { enabled: false } } as const;

describe('what a plan does to traffic', () => {
  it('is not waited for longer than a plan may take, and nobody is told anything afterwards', async () => {
    const told: string[] = [];
    const context = contextOf((message) => told.push(message));
    const found = await impactOf([ruleOff], context, { patienceMs: 5 });
    expect(found).toEqual({
      impact: { sentence: expect.stringContaining('takes longer than a plan waits') },
      gaps: ['traffic, which is still being read'],
    });
    expect(told).toEqual(['Reading the draft policy']);
  });

  it.each([
    ['a label', { method: 'POST', path: '/orgs/1/labels', body: { key: 'role', value: 'x' } }],
    ['the name of a workload', { method: 'PUT', path: '/orgs/1/workloads/a', body: { name: 'x' } }],
    ['a workload without labels', { method: 'POST', path: '/orgs/1/workloads', body: { name: 'x', labels: [] } }],
  ] as const)('is nothing to say of %s', async (_what, request) => {
    expect(await impactOf([request], contextOf())).toBeNull();
  });

  const web = [{ href: '/orgs/1/labels/1' }];
  it.each([
    ['firewall settings', { method: 'PUT', path: `${DRAFT}/firewall_settings`, body: {} }],
    ['workloads that are made', { method: 'POST', path: '/orgs/1/workloads', body: { name: 'x', labels: web } }],
    ['workloads that are made', { method: 'PUT', path: '/orgs/1/workloads/bulk_create', body: [{ labels: web }] }],
    ['workloads that are deleted', { method: 'DELETE', path: '/orgs/1/workloads/a', body: undefined }],
    ['addresses of workloads', { method: 'PUT', path: '/orgs/1/workloads/a', body: { interfaces: [] } }],
  ] as const)('is said to be unknown for changes of %s', async (what, request) => {
    expect(await impactOf([request], contextOf())).toEqual({
      impact: { sentence: `The effect on traffic is not known: changes of ${what} are not judged.` },
      gaps: [`what becomes of traffic by changes of ${what}`],
    });
  });
});

import { describe, expect, it } from 'vitest';
import { href } from '../../core/href.ts';
import type { FlowRecord } from '../flows/record.ts';
import { FlowTable } from '../flows/table.ts';
import type { EnforcementMode } from '../inventory.ts';
import type { PolicySource, SourceRule, SourceWorkload } from '../policy/source.ts';
import { type Change, CHANGES, changeOf } from './change.ts';
import { judgeTable } from './judge.ts';
import { withMode } from './modes.ts';
import type { JudgeJob } from './question.ts';

const workload = (name: string, mode: EnforcementMode): SourceWorkload => ({
  href: href(`/orgs/1/workloads/${name}`),
  managed: true,
  mode,
  labels: [],
  addresses: [`10.0.0.${name.length}`],
  publicIp: null,
  subnets: [],
  os: 'linux',
  endpoint: false,
});

const web = workload('web', 'visibility_only');
const base = workload('base', 'visibility_only');

const allow = (port: number): SourceRule => ({
  href: href(`/orgs/1/sec_policy/active/rule_sets/1/sec_rules/${port}`),
  kind: 'allow',
  enabled: true,
  providers: [{ kind: 'workload', href: base.href }],
  consumers: [{ kind: 'workload', href: web.href }],
  services: [{ kind: 'ports', proto: 6, port, toPort: null }],
  unscopedConsumers: false,
  resolveLabelsAs: { providers: ['workloads'], consumers: ['workloads'] },
  consumingSecurityPrincipals: [],
  networkType: 'brn',
  useWorkloadSubnets: [],
  stateless: false,
  allIpsExceptFor: [],
});

const policy = (...rules: readonly SourceRule[]): PolicySource => ({
  labels: [],
  labelGroups: [],
  ipLists: [],
  services: [],
  ruleSets: [{ href: href('/orgs/1/sec_policy/active/rule_sets/1'), name: 'one', enabled: true, scopes: [[]], rules }],
  boundaries: [],
  virtualServices: [],
  workloads: [web, base],
  pce: null,
});

const end = ({ href: own, addresses: [ip] }: SourceWorkload) => ({
  ip,
  workload: { href: own, name: own, labels: [] },
});

const row = (port: number, more: object = {}): FlowRecord => ({
  src: end(web),
  dst: end(base),
  service: { proto: 6, port },
  num_connections: 10,
  policy_decision: 'potentially_blocked',
  flow_direction: 'inbound',
  timestamp_range: { first_detected: '2025-06-01T00:00:00Z', last_detected: '2025-06-02T00:00:00Z' },
  ...more,
});

function judge(rows: readonly FlowRecord[], job: Pick<JudgeJob, 'from' | 'to'> & Partial<JudgeJob>) {
  const table = new FlowTable();
  for (const one of rows) table.append(one);
  table.seal();
  return judgeTable(table, { list: CHANGES, limit: 100, ...job });
}

const full = (source: PolicySource): PolicySource => withMode(source, new Set([base.href]), 'full');

describe('judging the flows of a table', () => {
  it('tells what breaks, what stays and which rule decides', () => {
    const { edges, totals } = judge([row(443), row(22)], { from: policy(allow(443)), to: full(policy(allow(443))) });
    expect(edges.map(({ change, port, to }) => [change, port, to.class, to.at])).toEqual([
      ['will_break', 22, 'default', 'destination'],
      ['stays_allowed', 443, 'allow', 'both'],
    ]);
    expect(edges[1]?.to.rules).toEqual([allow(443).href]);
    expect(totals.will_break).toEqual({ edges: 1, rows: 1, connections: 10 });
  });

  it('counts connections that both ends report once, and newly blocked rows where the reporter blocks', () => {
    const rows = [row(22, { num_connections: 7 }), row(22, { flow_direction: 'outbound', num_connections: 9 })];
    const answer = judge(rows, { from: policy(), to: full(policy()) });
    // The source only sees that no rule matches: it is not enforced.
    expect(answer.edges).toEqual([expect.objectContaining({ connections: 9, rows: 2, newlyBlockedRows: 1 })]);
    expect(answer.newlyBlockedRows).toBe(1);
  });

  it('takes a drop by a firewall of the host for no effect of the policy', () => {
    const dropped = row(22, { policy_decision: 'blocked', boundary_decision: 'blocked_non_illumio_rule' });
    const { totals, reported } = judge([dropped], { from: policy(), to: full(policy()) });
    expect(totals.already_blocked.edges).toBe(1);
    expect(reported.compared).toBe(0);
  });

  it('compares its words with those of the VENs and of the draft', () => {
    const rows = [
      row(22, { draft_policy_decision: 'potentially_blocked_no_rule' }),
      row(443, { policy_decision: 'blocked', draft_policy_decision: 'blocked_by_boundary' }),
      row(80, { policy_decision: 'unknown' }),
    ];
    const from = policy(allow(443));
    const { reported, draft } = judge(rows, { from, to: from, draft: from });
    expect(reported).toEqual({
      compared: 2,
      agreeing: 1,
      differences: [{ engine: 'allowed', pce: 'blocked', rows: 1 }],
    });
    expect(draft).toMatchObject({ compared: 2, agreeing: 1 });
  });

  it('lists only what it is asked for, worst first, and counts the rest', () => {
    const rows = [row(1), row(2, { num_connections: 90 }), row(443)];
    const answer = judge(rows, { from: policy(allow(443)), to: full(policy()), list: ['will_break'], limit: 1 });
    expect(answer.edges.map(({ port }) => port)).toEqual([2]);
    expect(answer.edgeCount).toBe(3);
  });

  it('says of how many rows it cannot judge, or knows an end only by its address', () => {
    const nameless = row(22, { src: { fqdn: 'a.example.com' } });
    const stranger = row(22, { src: { ip: '10.9.9.9', workload: { href: '/orgs/1/workloads/gone', labels: [] } } });
    const answer = judge([nameless, stranger], { from: policy(), to: policy() });
    expect(answer).toMatchObject({ unjudgedRows: 1, strangerRows: 1 });
  });

  it.each<[Parameters<typeof changeOf>[0], Parameters<typeof changeOf>[1], Change]>([
    ['allowed', 'blocked', 'will_break'],
    ['maybe', 'blocked', 'may_break'],
    ['allowed', 'maybe', 'may_break'],
    ['blocked', 'allowed', 'newly_allowed'],
    ['blocked', 'not_enforced', 'newly_allowed'],
    ['blocked', 'maybe', 'uncertain'],
    ['allowed', 'potentially_blocked', 'loses_rule'],
    ['potentially_blocked', 'allowed', 'gains_rule'],
    ['not_enforced', 'potentially_blocked', 'stays_unprotected'],
    ['allowed', 'not_enforced', 'unenforced'],
    ['not_enforced', 'allowed', 'stays_allowed'],
  ])('%s to %s is %s', (from, to, change) => {
    expect(changeOf(from, to)).toBe(change);
  });
});

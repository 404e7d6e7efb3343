import { describe, expect, it } from 'vitest';
import { callTool } from '../../../test/catalogue/call.ts';
import { label, memoryPce, workload } from '../../../test/catalogue/memory-pce.ts';
import getWorkloadEnforcementStatus from './get-workload-enforcement-status.ts';

const payments = label(1, 'app', 'payments');
const crm = label(2, 'app', 'crm');
const prod = label(3, 'env', 'prod');

const workloads = [
  workload(1, 'pay1', [payments, prod], { mode: 'full' }),
  workload(2, 'pay2', [payments, prod], { mode: 'selective' }),
  workload(3, 'crm1', [crm, prod], { mode: 'full' }),
  workload(4, 'crm2', [crm, prod], { mode: 'full' }),
  // An appliance: its mode on the PCE is the default and enforces nothing.
  workload(5, 'crm-hsm', [crm, prod], { managed: false, mode: 'visibility_only' }),
  workload(6, 'lost', [], { mode: 'idle' }),
];

describe('get-workload-enforcement-status', () => {
  it('counts modes of managed workloads per app and env, mixed ones first', async () => {
    const { structured, text } = await callTool(getWorkloadEnforcementStatus, {}, { pce: memoryPce({ workloads }) });
    expect(structured.items).toEqual([
      {
        app: 'payments',
        env: 'prod',
        workload_count: 2,
        enforcement_modes: { full: 1, selective: 1 },
        unmanaged_count: 0,
        is_mixed: true,
      },
      {
        app: 'crm',
        env: 'prod',
        workload_count: 3,
        enforcement_modes: { full: 2 },
        unmanaged_count: 1,
        is_mixed: false,
      },
      {
        app: 'unlabeled',
        env: 'unlabeled',
        workload_count: 1,
        enforcement_modes: { idle: 1 },
        unmanaged_count: 0,
        is_mixed: false,
      },
    ]);
    expect(structured.totals).toEqual({
      total_workloads: 6,
      app_group_count: 3,
      mixed_count: 1,
      managed_count: 5,
      unmanaged_count: 1,
      global_enforcement_modes: { full: 3, idle: 1, selective: 1 },
    });
    expect(structured.mixed_enforcement_apps).toEqual(['payments (prod)']);
    expect(text).toContain('1 application with mixed modes');
  });

  it('narrows by exact label values and refuses names that do not exist', async () => {
    const pce = memoryPce({ workloads, labels: [payments, crm, prod] });
    await callTool(getWorkloadEnforcementStatus, { app_name: 'payments', env_name: 'env=prod' }, { pce });
    expect(pce.asked[0]?.args[0]).toEqual({ labels: [[payments.href, prod.href]] });
    const { structured } = await callTool(getWorkloadEnforcementStatus, { app_name: 'pay' }, { pce });
    expect(structured.error).toBe('label_not_found');
  });

  it('plans one mode for each mixed application: the one most have, simulated first where it blocks', async () => {
    const many = [
      workload(11, 'a1', [payments, prod], { mode: 'full' }),
      workload(12, 'a2', [payments, prod], { mode: 'full' }),
      workload(13, 'db1', [payments, prod], { mode: 'selective' }),
      workload(14, 'hsm', [payments, prod], { managed: false, mode: 'idle' }),
      workload(15, 'c1', [crm, prod], { mode: 'full' }),
      workload(16, 'c2', [crm, prod], { mode: 'selective' }),
    ];
    const { structured } = await callTool(
      getWorkloadEnforcementStatus,
      { fix: true },
      { pce: memoryPce({ workloads: many }) },
    );
    expect(structured['fix_plan']).toEqual([
      {
        app: 'payments',
        env: 'prod',
        target_mode: 'full',
        because: '2 of 3 are full; 1 differ: flows without a rule will be blocked there, so simulate first',
        workloads: ['db1 selective'],
        calls: [
          'simulate-enforcement app_name=payments env_name=prod target_mode=full',
          "set-enforcement-mode enforcement_mode=full labels='app=payments env=prod' dry_run=true",
        ],
      },
      {
        app: 'crm',
        env: 'prod',
        target_mode: 'selective',
        because: '1 of 2 are selective; 1 differ',
        workloads: ['c1 full'],
        calls: ["set-enforcement-mode enforcement_mode=selective labels='app=crm env=prod' dry_run=true"],
      },
    ]);
  });
});

import { describe, expect, it } from 'vitest';
import { callTool } from '../../../test/catalogue/call.ts';
import {
  type Contents,
  ipList,
  label,
  memoryPce,
  rule,
  ruleSet,
  workload,
} from '../../../test/catalogue/memory-pce.ts';
import { RISKY_SERVICES } from '../../analysis/graph/port-risk.ts';
import type { Rule, ServiceRef } from '../../model/inventory.ts';
import ransomwareExposure from './ransomware-exposure.ts';

const role = label(1, 'role', 'web');
const any = ipList(1, 'Any', ['0.0.0.0/0']);
const hosts = (mode: 'full' | 'selective' | 'visibility_only' | 'idle') =>
  [1, 2, 3, 4].map((id) => workload(id, `w${id}`, id === 1 ? [role] : [], { mode }));
const everything: readonly ServiceRef[] = [{ kind: 'ports', proto: -1, port: null, toPort: null }];
const rdp: readonly ServiceRef[] = [{ kind: 'ports', proto: 6, port: 3389, toPort: null }];
const from = (list: typeof any): Rule['consumers'] => [{ kind: 'ip_list', href: list.href }];
const to: Rule['providers'] = [{ kind: 'label', href: role.href, exclusion: false }];

async function percentages(contents: Contents) {
  const { structured, isError, text } = await callTool(
    ransomwareExposure,
    {},
    { pce: memoryPce({ labels: [role], ipLists: [any], ...contents }) },
  );
  expect(isError, text).toBe(false);
  return {
    structured,
    of: Object.fromEntries(structured.items.map((item) => [item['workload'], item['protection_percent']])),
  };
}

describe('ransomware-exposure', () => {
  it('protects fully what is enforced and closed, and not at all what nothing enforces', async () => {
    expect((await percentages({ workloads: hosts('full') })).of).toEqual({ w1: 100, w2: 100, w3: 100, w4: 100 });
    for (const mode of ['selective', 'visibility_only', 'idle'] as const)
      expect((await percentages({ workloads: hosts(mode) })).of['w1']).toBe(0);
    expect((await percentages({ workloads: [workload(1, 'w1', [], { managed: false })] })).structured.items).toEqual(
      [],
    );
  });

  it('counts selective mode where a deny of everything stands', async () => {
    const deny = rule(1, 1, { kind: 'deny', consumers: from(any), providers: to, services: everything });
    const { of } = await percentages({ workloads: hosts('selective'), ruleSets: [ruleSet(1, 'set', [deny])] });
    expect(of).toEqual({ w1: 100, w2: 0, w3: 0, w4: 0 });
  });

  it('takes off what an open service weighs, in proportion to who may use it', async () => {
    const half: Rule['consumers'] = [1, 2].map((id) => ({
      kind: 'workload',
      href: hosts('full')[id]?.href ?? role.href,
    }));
    const open = rule(1, 1, { consumers: half, providers: to, services: rdp });
    const { of, structured } = await percentages({ workloads: hosts('full'), ruleSets: [ruleSet(1, 'set', [open])] });
    const weights = { critical: 4, high: 3, medium: 2, low: 1 };
    const whole = RISKY_SERVICES.reduce((sum, { level }) => sum + weights[level], 0);
    expect(of['w1']).toBeCloseTo(100 - (100 * 4 * 0.5) / whole, 1);
    expect(structured.items[0]).toMatchObject({ workload: 'w1', open: ['RDP'], unprotected: [] });
  });

  it('names the rules that open a critical port to everybody', async () => {
    const open = rule(1, 7, { consumers: from(any), providers: to, services: rdp });
    const { structured } = await percentages({ workloads: hosts('full'), ruleSets: [ruleSet(1, 'Admin', [open])] });
    expect(structured['widest_rules']).toEqual([
      expect.stringMatching(/^Admin: allow iplist:Any -> role=web on 3389\/tcp/),
    ]);
  });

  it('takes the number of the PCE where it has computed one, and says whose number it is', async () => {
    const [first, second] = hosts('full');
    const { of, structured } = await percentages({
      workloads: [...(first ? [{ ...first, ransomwarePercent: 35 }] : []), ...(second ? [second] : [])],
    });
    expect(of).toEqual({ w1: 35, w2: 100 });
    expect(structured.items).toMatchObject([
      { workload: 'w1', basis: 'PCE', estimate_percent: 100 },
      { workload: 'w2', basis: 'estimate', estimate_percent: 100 },
    ]);
    expect(structured.totals).toMatchObject({ protection_percent: 67.5, from_pce: 1, below_50: 1 });
    expect(structured.answer).toContain('1 by the PCE, the rest estimated');
  });
});

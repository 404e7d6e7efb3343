import type { ComplianceTest } from './facts.ts';
import { adminPath, insecureServices, productionSeparation } from './tests-traffic.ts';
import { inbound, internetExposure, outbound, wideSources } from './tests-policy.ts';
import {
  changeTrail,
  dataFlowMap,
  inventory,
  isolation,
  justification,
  strangers,
  visibility,
} from './tests-records.ts';

/** The tests that frameworks refer to (users.md §4.9). */
export const TESTS = {
  T1: { title: 'labels cover the hosts', run: inventory },
  T2: { title: 'inbound is denied by default', run: inbound },
  T3: { title: 'outbound is limited', run: outbound },
  T4: { title: 'no wide sources', run: wideSources },
  T5: { title: 'no insecure services', run: insecureServices },
  T6: { title: 'production is separated', run: productionSeparation },
  T7: { title: 'administration through jump hosts', run: adminPath },
  T8: { title: 'rules are justified', run: justification },
  T9: { title: 'changes are recorded with their author', run: changeTrail },
  T10: { title: 'inventory and data flows are known', run: dataFlowMap },
  T11: { title: 'flows are logged', run: visibility },
  T12: { title: 'isolation can be triggered', run: isolation },
  T13: { title: 'no unknown hosts talk to the scope', run: strangers },
  T14: { title: 'internet exposure is limited to the DMZ', run: internetExposure },
} as const satisfies Record<string, { readonly title: string; readonly run: ComplianceTest }>;

export type TestId = keyof typeof TESTS;

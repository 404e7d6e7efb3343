import type { Page } from '../page.ts';

export const pceVen: Page = {
  path: 'architecture/pce-ven',
  title: 'PCE and VEN',
  description: 'Who decides, who enforces, and what happens when they lose each other.',
  text: () => `# PCE and VEN

The **PCE** (Policy Compute Engine) holds inventory and policy and computes for each host which peers and ports its rules mean. The
**VEN** (Virtual Enforcement Node) is the agent on a host: it reports what it sees and programs the firewall that the host already has.
No traffic passes through the PCE.

What follows from that:

- Rules name labels; the PCE turns them into addresses. When a workload gets a new address or label, every host that has a rule with it
  gets a new policy, without anybody provisioning anything.
- When the PCE is away, agents go on enforcing the last policy they got. Nothing opens and nothing closes; new hosts and changes wait.
- Flows are reported in intervals, so the last minutes are never complete. An answer about "just now" is about a while ago.
- Each end reports on its own. A flow between two managed hosts is known twice and merged; between a managed and an unmanaged one it is
  known from one side.
- A firewall that somebody changes by hand is put back, and the PCE records the tampering as an event.

An API key acts for one organisation of one PCE. What its owner may not do, this server may not do with it.

    check-pce-connection {}
    get-vens {"health": "error"}
    get-events {"severity": "err", "max_results": 50}
`,
};

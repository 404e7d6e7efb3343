import type { Page } from '../page.ts';

export const enforcementModes: Page = {
  path: 'concepts/enforcement-modes',
  title: 'Enforcement modes',
  description: 'What idle, visibility_only, selective and full do, and the order of a rollout.',
  text: () => `# Enforcement modes

Every workload with an agent has one. It takes effect at once, without provisioning.

| Mode | Sees traffic | Blocks |
|---|---|---|
| idle | a little: the agent leaves the host's firewall alone | nothing |
| visibility_only | yes | nothing |
| selective | yes | inbound, what a deny rule names and no allow rule lets through |
| full | yes | both directions, whatever no rule allows |

Unmanaged workloads have no agent: they can be named in rules, but enforce nothing themselves. The other end can.

## Decisions in traffic

- *allowed*: a rule let it through, or it was let through by default.
- *potentially_blocked*: it got through, and would not in full mode. Before a change of mode these are the flows to look at.
- *blocked*: it did not get through.
- *unknown*: nobody reported a decision.

## A rollout

1. Labels first: without role, app and env nobody can write a rule that lasts.
2. visibility_only for at least a month, so that jobs of month-end are seen.
3. Rules for infrastructure services (directory, DNS, time, monitoring, backup), because every application needs them.
4. Ringfence one application, provision, look again for a few days.
5. selective: only denies block. Then full, application by application.
6. Back one step at once when something breaks; then find the missing rule.

Mixed modes inside one application are usually an accident.

    get-workload-enforcement-status {"env_name": "prod"}
    enforcement-readiness {"app_name": "ordering", "env_name": "prod"}
    simulate-enforcement {"app_name": "ordering", "env_name": "prod", "target_mode": "full"}
    set-enforcement-mode {"labels": "app=ordering env=prod", "enforcement_mode": "selective", "dry_run": true}
`,
};

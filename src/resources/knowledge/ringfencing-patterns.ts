import type { Page } from '../page.ts';

export const ringfencingPatterns: Page = {
  path: 'methodology/ringfencing-patterns',
  title: 'Ringfence patterns',
  description: 'Three widths of a ringfence, when to take which, and how to get from one to the next.',
  text: () => `# Ringfence patterns

A ringfence closes an application off from everything but its known peers. Three widths, from wide to narrow:

| Pattern | tier | Inside the application | From outside |
|---|---|---|---|
| application group | ringfence | everything | known applications, as observed |
| by role, all services | tiered | pairs of roles that talk | known applications |
| by role, on its services | strict | pairs of roles on the ports seen | known applications on the ports seen |

Take the widest one that answers the risk. The first stops lateral movement between applications, which is most of it, and rarely breaks
anything. The last is for crown jewels: every new port is a change.

With selective enforcement a ringfence also needs a deny, or it blocks nothing: from any address, from all workloads, or both. In full
enforcement the deny is not needed.

- What cannot be attributed (sources without labels, addresses) is listed, not silently allowed. Decide: label it, put it into an IP list,
  or leave it out.
- Traffic that other rules allow already needs no second rule.
- Nothing that happened outside of the window is in it. Take a month; ask about quarter-end.
- Drafting again adds only what is missing, so a ringfence can be kept up.

    create-ringfence {"app_name": "ordering", "env_name": "prod", "tier": "ringfence", "dry_run": true}
    create-ringfence {"app_name": "ordering", "env_name": "prod", "selective": true, "deny_consumer": "ams_and_any", "dry_run": true}
    ringfence-batch {"apps": [{"app_name": "ordering", "env_name": "prod"}], "dry_run": true}
    get-policy-coverage-report {"app_name": "ordering", "env_name": "prod"}
`,
};

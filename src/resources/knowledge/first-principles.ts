import type { Page } from '../page.ts';

export const firstPrinciples: Page = {
  path: 'methodology/first-principles',
  title: 'First principles of segmentation',
  description: 'What to decide before the first rule, and how to know that it works.',
  text: () => `# First principles

1. **See before you write.** A rule for traffic nobody has looked at is a guess. Look at a month, and say what the look did not cover.
2. **Allow what is known, deny the rest.** A list of what is bad is never complete.
3. **Start with blast radius.** The question is not whether an intruder gets in, but what one compromised host can reach.
4. **Big walls first.** Production from everything else, then each application from its neighbours, then tiers inside an application. Ports
   come last. A ringfence that exists beats a perfect one that does not.
5. **Core services before applications.** Everything needs directory, DNS, time, monitoring, backup, patching. Rules for them once, for all.
6. **Who owns the destination decides.** Inbound rules live with the application that is reached.
7. **Small reversible steps.** One application, one mode at a time, with a way back that has been tried.
8. **Prove it.** After each step: what was blocked since, what was expected, what was not.

A good first month: label, look, ringfence three applications in the draft, review, provision, and go to selective with one of them.

    get-workload-enforcement-status {}
    identify-infrastructure-services {"lookback_days": 30}
    detect-lateral-movement-paths {"app_name": "ordering", "env_name": "prod"}
    verify-change {"app_name": "ordering", "env_name": "prod", "minutes": 60}
`,
};

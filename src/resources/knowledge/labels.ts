import type { Page } from '../page.ts';

export const labels: Page = {
  path: 'architecture/labels',
  title: 'Labels and label groups',
  description: 'Kinds of labels, naming that lasts, and what relabelling does.',
  text: () => `# Labels and label groups

A label is a key and a value. Four keys are there from the beginning: **role** (web, db), **app** (ordering), **env** (prod), **loc**
(dc-fra). Organisations add their own. A workload has at most one value of each key. Values are exact: "Prod", "prod" and "prod " are three
labels, and a rule for one does not cover the others.

- Policy is written against labels, so a host without app and env is outside of nearly every rule.
- Relabelling is live and can open or close connections the moment it is done. Plan it and look at the plan's warnings.
- A **label group** is a set of labels of one key, possibly with other groups inside. It is policy: changing it needs provisioning.
- Before a label is deleted it must be unused; ask where it is used first.

Naming that lasts: values without blanks, one spelling of each environment, roles by function rather than product, no host names in
labels. Two spellings of the same thing are merged by relabelling the workloads of one, then deleting it.

    get-labels {"key": "env"}
    get-labels {"key": "app", "value": "order", "usage": true}
    find-rules {"used": "env=Production"}
    bulk-workloads {"operation": "relabel", "match_on": "hostname", "rows": [{"hostname": "web-1", "env": "prod"}], "dry_run": true}
`,
};

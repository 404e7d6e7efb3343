import type { Page } from '../page.ts';

export const segmentation: Page = {
  path: 'concepts/segmentation',
  title: 'Scopes, rulesets and rules',
  description: 'What a scope limits, and the difference between intra-scope and extra-scope rules.',
  text: () => `# Scopes, rulesets and rules

A **ruleset** holds rules and one or more **scopes**. A scope is a set of labels (or label groups): terms inside one scope must all
hold, several scopes are alternatives, exclusions subtract. A ruleset without scope covers everything.

A **rule** says: these sources may reach these destinations on these services. On the wire the PCE calls sources *consumers* and
destinations *providers*.

- **Intra-scope** (the default): both sides are inside the scope. "role=web may reach role=db" in the scope app=ordering env=prod
  means the web servers and databases of ordering in prod, and no others.
- **Extra-scope** (unscoped_consumers): only the destination is inside the scope. The source is who the rule names, wherever it is.

Two examples of extra-scope sources: a monitoring system polls every application, so each application's ruleset has a rule with
app=monitoring as its source, outside of the scope. A load balancer stands in front of several applications and carries its own labels;
it is named by them.

## Where a rule for outbound traffic lives

At the destination. A rule "ordering may reach payments" belongs to the ruleset of payments, with ordering as its extra-scope source:
who owns the destination decides who may come in. Where there is no such ruleset, a ruleset without scope named after the source, like
ordering-outbound, keeps these rules together.

## Names in rules

| Written | Means |
|---|---|
| app=ordering env=prod | workloads with both labels |
| role=web\\|db | either |
| env!=dev | every other value of env |
| group:PCI | a label group |
| iplist:"Corporate Networks" | addresses, agents or not |
| ams | all workloads (of the scope, unless the side is unscoped) |

    get-rulesets {"labels": "app=ordering env=prod"}
    create-rule {"ruleset_name": "Ordering", "consumers": ["app=monitoring"], "providers": ["ams"], "ingress_services": [{"port": 5666, "proto": "tcp"}], "unscoped_consumers": true, "dry_run": true}
`,
};

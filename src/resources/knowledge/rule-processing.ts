import type { Page } from '../page.ts';

export const ruleProcessing: Page = {
  path: 'concepts/rule-processing',
  title: 'How rules are processed',
  description: 'The order of rules, and why selective enforcement needs a deny.',
  text: () => `# How rules are processed

Order of rulesets and of rules inside them means nothing. A connection is decided by kind, from the top down; the first kind that
matches decides.

| | Kind | What it does |
|---|---|---|
| 1 | essential | what an agent needs to stay connected (its PCE, name resolution, addresses); cannot be denied |
| 2 | override deny | blocks, whatever any allow rule says; VEN 22.3 and later |
| 3 | allow | lets through, also what a plain deny names |
| 4 | deny | blocks what no allow rule lets through |
| 5 | default | by mode: **selective lets the rest through, full blocks it** |

## Why selective mode needs a deny

In selective mode the default is to allow. A workload in selective mode with allow rules alone blocks nothing: the rules change nothing
until a deny names what is unwanted. The usual deny of a ringfence is "from anywhere, all services"; the allow rules then carve out
what is wanted, because an allow beats a plain deny. In full mode no deny is needed: what no rule allows is blocked.

## Which ends matter

Both ends are asked. Inbound is enforced at the destination in selective (denies) and full. Outbound is enforced at the source in full
only. A connection gets through when both ends let it through; an end without an agent decides nothing.

## Kinds of deny, by whom they name

- *Any IP list*: everybody, agents or not. The widest; also stops unmanaged sources.
- *All workloads*: only hosts in the inventory. Sources outside of it get past it.
- *Both*: what a ringfence in selective mode usually wants.
- *Override deny*: for emergencies and for what must never be, such as a protocol. It beats exceptions made for good reasons too.

## Ask

What decides one connection, and what would come next:

    explain-flow {"src": "app=ecommerce env=prod", "dst": "app=ordering env=prod", "port": 443}

Who is named where:

    find-rules {"actor": "app=ordering env=prod", "rule_type": "deny"}

A new deny, tested before anything is written:

    create-deny-rule {"ruleset_name": "Ordering", "providers": ["ams"], "consumers": ["iplist:\\"Any (0.0.0.0/0 and ::/0)\\""], "ingress_services": [{"port": 23, "proto": "tcp"}], "unscoped_consumers": true, "dry_run": true}
`,
};

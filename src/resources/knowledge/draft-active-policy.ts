import type { Page } from '../page.ts';

export const draftActivePolicy: Page = {
  path: 'concepts/draft-active-policy',
  title: 'Draft and active policy',
  description: 'What needs provisioning, what is in force at once, and how to get from one to the other and back.',
  text: () => `# Draft and active policy

Two versions of the policy exist side by side. **Active** is what agents enforce. **Draft** is what people write. Provisioning makes
draft items active, all at once, as a new numbered version.

| Needs provisioning | In force at once |
|---|---|
| rulesets, rules, deny rules, IP lists, services, label groups, virtual services | labels, workloads and their labels, enforcement modes |

Relabelling a workload is therefore live: it can put a host into or out of every rule that names the label.

## Three kinds of decision

- **Reported**: what happened, under the policy of that moment.
- **Draft decision**: what the PCE says the draft of today would do with that flow.
- **Verdict of this server**: what its own engine says, with the rules that decide. Where both are there, the answer states how often they agree.

They are never mixed. An old flow that was blocked may be allowed by the active policy of today.

## The way of a change

1. Plan. Every tool that writes takes dry_run and answers with a plan_id.
2. Apply the plan: the object is in the draft.
3. Review the draft as a whole: other people's items are pending too.
4. Provision just the items that are meant; what they depend on comes along.
5. Verify with the traffic that follows.

    compare-draft-active {}
    review-draft {}
    provision-policy {"hrefs": ["/orgs/1/sec_policy/draft/rule_sets/12"], "change_description": "Open orders to payments", "dry_run": true}
    apply-plan {"plan_id": "<plan_id>"}

## The way back

Before provisioning, revert-draft throws pending items away, whoever wrote them. After it, undo-change takes back one applied plan, and
rollback-policy restores a whole earlier version into the draft. What went live at once (labels, modes) is not part of a version:
undo-change is the way back for it.

    get-policy-versions {"max_results": 10}
    undo-change {"plan_id": "<plan_id>", "dry_run": true}
    rollback-policy {"version": 41, "dry_run": true}
`,
};

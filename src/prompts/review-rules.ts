import { definePrompt, PLAN_FIRST, PLAN_ID, READ_COVERAGE, SOURCES_AND_DESTINATIONS } from './prompt.ts';

const RULE_HREF = '<rule_href>';

export default definePrompt({
  name: 'review-rules',
  title: 'Review rules',
  description:
    'Goes through the rules of a ruleset, or of all, for what is too wide, stale or pending, and cleans up one.',
  arguments: {
    ruleset_name: { description: 'Exact name; without: all rulesets', required: false, completes: 'ruleset' },
  },

  text({ ruleset_name: name }) {
    const only = name === undefined ? {} : { ruleset_name: name };
    return {
      goal: `Review ${name === undefined ? 'the rules of all rulesets' : `the rules of the ruleset ${JSON.stringify(name)}`}, as an auditor would: each rule has a purpose, is as narrow as its traffic, and is in force or gone.`,
      rules: [
        SOURCES_AND_DESTINATIONS,
        READ_COVERAGE,
        PLAN_FIRST,
        'Judge by the order of processing: an override deny beats an allow, an allow beats a deny.',
        'A rule without observed traffic is a question, not a finding: failover, restore and year-end come rarely. Disable before you delete.',
      ],
      steps: [
        {
          say: 'Read the rules with their scopes.',
          calls: [['get-rulesets', name === undefined ? {} : { name }]],
          essential: true,
        },
        {
          say: 'Look for what is wide, for administration from anywhere, for what is disabled and for what is pending.',
          calls: [
            ['find-rules', { ...only, actor: 'iplist:"Any (0.0.0.0/0 and ::/0)"', rule_type: 'allow' }],
            ['find-rules', { ...only, port: 3389, rule_type: 'allow' }],
            ['find-rules', { ...only, port: 23, rule_type: 'allow' }],
            ['find-rules', { ...only, state: 'disabled' }],
            ['find-rules', { ...only, state: 'pending' }],
          ],
        },
        {
          say: 'What nobody used, what other rules make pointless, what is wider than its traffic: look these up for the rules at hand.',
          calls: [
            ['find-unused-rules', { days: 90 }],
            ['analyze-rules', {}],
          ],
        },
        {
          say: 'For a rule that looks too wide, see who uses what it opens; ask about its destinations and services.',
          calls: [['who-talks-to', { target: '<destination>', direction: 'inbound' }]],
        },
        {
          say: 'For the rule the person wants gone, find out what would break without it, then plan to disable it; with a yes apply it to the draft.',
          calls: [
            ['simulate-change', { changes: [{ operation: 'update', href: RULE_HREF, object: '{"enabled":false}' }] }],
            ['update-sec-rule', { href: RULE_HREF, enabled: false, dry_run: true }],
            ['apply-plan', { plan_id: PLAN_ID }],
          ],
        },
        {
          say: 'Review the draft. Provisioning is a decision of its own: provision-policy.',
          calls: [['review-draft', {}]],
        },
      ],
      report:
        'a table of findings (rule, what is wrong, evidence, proposal), what was changed in the draft, and the plan_id that undoes it.',
    };
  },
});

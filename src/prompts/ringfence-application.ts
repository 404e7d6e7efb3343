import {
  APPLICATION,
  definePrompt,
  labelsOf,
  NAMES_ARE_EXACT,
  PLAN_FIRST,
  PLAN_ID,
  READ_COVERAGE,
  RULESET_HREF,
  SOURCES_AND_DESTINATIONS,
} from './prompt.ts';

export default definePrompt({
  name: 'ringfence-application',
  title: 'Ringfence an application',
  description: 'Drafts rules around one application from its observed traffic, tests them, and puts them into force.',
  arguments: APPLICATION,

  text({ application_name: app, application_environment: env }) {
    const labels = labelsOf(app, env);
    const inside = [labels];
    const open = ['potentially_blocked', 'blocked'];
    return {
      goal: `Ringfence the application ${labels}: traffic between its own tiers and from known applications is allowed, everything else is not.`,
      rules: [
        SOURCES_AND_DESTINATIONS,
        NAMES_ARE_EXACT,
        READ_COVERAGE,
        PLAN_FIRST,
        'Traffic between workloads of the same app and env is intra-scope: both sides are inside the scope of the ruleset. Everything else that comes in is extra-scope: the source is named by its own app and env (and role where it is known) and is not limited by the scope. A monitoring system that polls every application, or a load balancer in front of several, is extra-scope.',
        'Outbound traffic needs rules where the destination lives: in a ruleset of the remote application, or without scope in one named after this application with -outbound.',
      ],
      steps: [
        {
          say: 'Find the two labels. Both must be there, spelled exactly like this.',
          calls: [
            ['get-labels', { key: 'app', value: app }],
            ['get-labels', { key: 'env', value: env }],
          ],
        },
        {
          say: 'See what no rule allows today, first inside the application (between its roles), then from outside. The summary is enough; ask for single flows only about a line you cannot explain.',
          calls: [
            [
              'get-traffic-flows-summary',
              {
                include_sources: inside,
                include_destinations: inside,
                policy_decisions: open,
                group_by: ['source_role', 'dest_role'],
              },
            ],
            ['who-talks-to', { target: labels, direction: 'inbound' }],
          ],
          essential: true,
        },
        {
          say: 'Note what is pending already: it belongs to somebody else.',
          calls: [['compare-draft-active', { resource_type: 'rule_sets' }]],
        },
        {
          say: 'Plan the ringfence: one rule for each pair of tiers that talk, inbound only from the applications observed, outbound into rulesets of the remote applications. Nothing is sent.',
          calls: [
            [
              'create-ringfence',
              {
                app_name: app,
                env_name: env,
                tier: 'tiered',
                outbound: true,
                remote_rulesets: true,
                skip_allowed: true,
                dry_run: true,
              },
            ],
          ],
          essential: true,
        },
        {
          say: 'Tell the person what the plan opens (widening), what it would block (would_block) and what it left out (unhandled, other_sources). With their yes, write it to the draft; nothing is in force yet.',
          calls: [['apply-plan', { plan_id: PLAN_ID }]],
          essential: true,
        },
        {
          say: 'See which rulesets are pending that were not before: these are the ones of the plan. Follow the cursor to the last page.',
          calls: [['compare-draft-active', { resource_type: 'rule_sets' }]],
          essential: true,
        },
        {
          say: 'Review the draft: will_break must be explained flow by flow before you go on. Missing rules come from create-rule, wrong ones go with update-sec-rule or undo-change.',
          calls: [['review-draft', { hrefs: [RULESET_HREF] }]],
        },
        {
          say: 'Plan the provisioning of just these objects, show it, and with a yes apply it.',
          calls: [
            [
              'provision-policy',
              { hrefs: [RULESET_HREF], change_description: `Ringfence ${app} (${env})`, dry_run: true },
            ],
            ['apply-plan', { plan_id: PLAN_ID }],
          ],
          essential: true,
        },
        {
          say: 'Show what is covered now. In mode visibility_only the rules block nothing yet: simulate the next mode before anybody sets it.',
          calls: [
            ['get-policy-coverage-report', { app_name: app, env_name: env }],
            ['simulate-enforcement', { app_name: app, env_name: env, target_mode: 'full' }],
          ],
        },
      ],
      report:
        'rulesets and rules by name, who may talk to the application and why, what would be blocked in full enforcement, what is left to decide, and the plan_id that undoes it.',
    };
  },
});

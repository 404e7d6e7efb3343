import {
  APPLICATION,
  definePrompt,
  labelsOf,
  NAMES_ARE_EXACT,
  PLAN_FIRST,
  PLAN_ID,
  RULESET_HREF,
  SOURCES_AND_DESTINATIONS,
  termsOf,
} from './prompt.ts';

const OPEN_HOST = '<host_that_blocks_nothing>';
const ANY = 'iplist:"Any (0.0.0.0/0 and ::/0)"';

export default definePrompt({
  name: 'emergency-isolate-application',
  title: 'Isolate an application in an emergency',
  description: 'Cuts an application off with an override deny that beats every allow rule, and says how to undo it.',
  arguments: APPLICATION,

  text({ application_name: app, application_environment: env }) {
    const labels = labelsOf(app, env);
    const name = `EMERGENCY-ISOLATE-${app}-${env}`;
    const why = `Emergency isolation of ${app} (${env})`;
    return {
      goal: `Incident response: cut ${labels} off from everything, now, and so that it can be taken back. Use only an override deny: it beats every allow rule, and removing it restores what was.`,
      rules: [
        SOURCES_AND_DESTINATIONS,
        NAMES_ARE_EXACT,
        PLAN_FIRST,
        'Change no other rule. Be quick: do not analyse what the person has decided.',
        'A deny is enforced in the modes selective and full only, and an override deny by VEN 22.3 and later.',
      ],
      steps: [
        {
          say: 'See what will be cut off: hosts, their modes and whether they have a VEN. Name every host the rule cannot reach (unmanaged, offline, idle or visibility_only).',
          calls: [
            ['get-workloads', { labels, detail_level: 'compact' }],
            ['get-vens', { labels }],
          ],
        },
        {
          say: 'Plan the isolation: one ruleset, scoped to the application, one override deny of all inbound traffic on all services, from every workload and every address, whatever their scope.',
          calls: [
            [
              'create-ruleset',
              {
                name,
                description: why,
                scopes: [termsOf(app, env)],
                rules: [
                  {
                    rule_type: 'override_deny',
                    providers: ['ams'],
                    consumers: ['ams', ANY],
                    ingress_services: [{ service: 'All Services' }],
                    unscoped_consumers: true,
                  },
                ],
                dry_run: true,
              },
            ],
          ],
          essential: true,
        },
        {
          say: 'With a yes, write it to the draft.',
          calls: [['apply-plan', { plan_id: PLAN_ID }]],
          essential: true,
        },
        {
          say: 'If the attacker may already be inside, ask whether outbound traffic is to end too. It needs a second ruleset without scope, with an override deny from this application to everything: it stops reporting and logins of these hosts as well.',
        },
        {
          say: 'Provision just this ruleset at once, with a yes to the plan.',
          calls: [
            ['provision-policy', { hrefs: [RULESET_HREF], change_description: why, dry_run: true }],
            ['apply-plan', { plan_id: PLAN_ID }],
          ],
          essential: true,
        },
        {
          say: 'Hosts in idle or visibility_only block nothing. Plan selective mode, which enforces denies and nothing else, for just these, by name: never for the whole application, because a host in full would be lowered. With a yes apply it. Skip this step where there is none.',
          calls: [
            ['set-enforcement-mode', { workloads: [OPEN_HOST], enforcement_mode: 'selective', dry_run: true }],
            ['apply-plan', { plan_id: PLAN_ID }],
          ],
        },
        {
          say: 'Prove it: the rule must be in the active policy, and nothing may get through any more. Flows arrive with a delay of some minutes.',
          calls: [
            ['find-rules', { ruleset_name: name, policy: 'active' }],
            ['get-traffic-flows-summary', { include_destinations: [labels], lookback_days: 1 }],
          ],
        },
      ],
      report:
        'what was isolated and when, the hosts that are not, and how to undo it: undo-change with the plan_id of the ruleset (or delete-ruleset), then provision-policy.',
    };
  },
});

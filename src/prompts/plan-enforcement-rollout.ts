import { definePrompt, PLAN_FIRST, PLAN_ID, quoted, READ_COVERAGE } from './prompt.ts';

const APP = '<app>';

export default definePrompt({
  name: 'plan-enforcement-rollout',
  title: 'Plan the rollout of enforcement',
  description: 'Orders the applications of an environment, tests each for readiness and takes the first one further.',
  arguments: {
    application_environment: { description: 'Value of the env label', required: true, completes: 'env' },
  },

  text({ application_environment: env }) {
    return {
      goal: `Plan how the applications of env=${quoted(env)} come into enforcement, in waves, and take the first one a step further.`,
      rules: [
        READ_COVERAGE,
        PLAN_FIRST,
        'The order: infrastructure services get their rules first, because everything needs them, and are enforced last. Small, well understood applications go first, crown jewels as soon as their rules are proven.',
        'One step at a time: visibility_only, then selective with a deny of what is certainly unwanted, then full. Look at a whole month before full, or the jobs of month-end are missed.',
      ],
      steps: [
        {
          say: 'Where does each application stand?',
          calls: [['get-workload-enforcement-status', { env_name: env }]],
          essential: true,
        },
        {
          say: 'Which ones does everything depend on?',
          calls: [['identify-infrastructure-services', { lookback_days: 30 }]],
        },
        {
          say: 'What order do the numbers suggest? The waves are for the whole estate: take the applications of this environment.',
          calls: [['plan-rollout', { goal: 'selective' }]],
        },
        {
          say: 'For each candidate that is not infrastructure, largest risk first, not more than five: how ready is it, and what would full enforcement break?',
          calls: [
            ['enforcement-readiness', { app_name: APP, env_name: env }],
            ['simulate-enforcement', { app_name: APP, env_name: env, target_mode: 'full' }],
          ],
          essential: true,
        },
        {
          say: 'Put the applications into waves and show the table: application, mode now, readiness, will_break, next step, wave. Those without rules need the prompt ringfence-application first.',
        },
        {
          say: 'With a yes, plan the next step of the first application of the first wave (for one that is in selective: full, if nothing breaks). Selective blocks by deny rules only, so nothing breaks that no deny names. Where some of its hosts are in full already, name just the others in workloads instead of labels.',
          calls: [
            [
              'set-enforcement-mode',
              { labels: `app=${APP} env=${quoted(env)}`, enforcement_mode: 'selective', dry_run: true },
            ],
            ['apply-plan', { plan_id: PLAN_ID }],
          ],
        },
        {
          say: 'A day later, see what broke. What did goes back with undo-change.',
          calls: [['verify-change', { plan_id: PLAN_ID }]],
        },
      ],
      report: 'the waves as a table, what each application needs first, what was changed, and when to look again.',
    };
  },
});

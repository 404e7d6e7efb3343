import { definePrompt, quoted, READ_COVERAGE } from './prompt.ts';

export default definePrompt({
  name: 'security-assessment',
  title: 'Assess the segmentation of the estate',
  description:
    'Looks at agents, enforcement, exposure, lateral movement and controls, and orders the findings by risk.',
  arguments: {
    application_environment: {
      description: 'Only this value of the env label; without: everything',
      required: false,
      completes: 'env',
    },
  },

  text({ application_environment: env }) {
    const only = env === undefined ? {} : { env_name: env };
    return {
      goal: `Assess how well ${env === undefined ? 'the estate' : `the environment ${env}`} is segmented, from what the PCE knows. Nothing is changed.`,
      rules: [
        READ_COVERAGE,
        'A finding names its objects, its evidence and what follows from it. What the tools could not test is listed, never counted as passed.',
        'Segmentation limits what an auditor has to look at; whether a requirement is met is for the auditor to decide.',
      ],
      steps: [
        {
          say: 'Begin with the ground: PCE, agents, modes.',
          calls: [
            ['check-pce-connection', {}],
            ['get-workload-enforcement-status', only],
            ['get-vens', { max_results: 500 }],
          ],
          essential: true,
        },
        {
          say: 'What everybody depends on, and how far an intruder would get.',
          calls: [
            ['identify-infrastructure-services', { lookback_days: 30 }],
            ['detect-lateral-movement-paths', { lookback_days: 30 }],
          ],
          essential: true,
        },
        {
          say: 'Who comes from outside the inventory, and what no rule allows.',
          calls: [
            ['find-unmanaged-traffic', { direction: 'both', lookback_days: 30 }],
            [
              'get-traffic-flows-summary',
              {
                ...(env === undefined ? {} : { include_destinations: [`env=${quoted(env)}`] }),
                policy_decisions: ['potentially_blocked'],
                group_by: ['source_app', 'dest_app'],
                lookback_days: 30,
              },
            ],
          ],
          essential: true,
        },
        {
          say: 'Rules that are wider than they should be: from anywhere, or for administration protocols.',
          calls: [
            ['find-rules', { actor: 'iplist:"Any (0.0.0.0/0 and ::/0)"', rule_type: 'allow', policy: 'active' }],
            ['find-rules', { port: 3389, rule_type: 'allow', policy: 'active' }],
            ['find-rules', { port: 22, rule_type: 'allow', policy: 'active' }],
          ],
        },
        {
          say: 'How well is it protected as a whole, and against ransomware?',
          calls: [
            ['posture-score', {}],
            ['ransomware-exposure', env === undefined ? {} : { scope: `env=${quoted(env)}` }],
          ],
        },
        {
          say: 'The controls of a good segmentation, tested one by one.',
          calls: [['compliance-check', { framework: 'general', ...only }]],
          essential: true,
        },
      ],
      report:
        'at most ten findings ordered by risk (what, where, evidence, remedy), the score of the controls with what was not testable, and the three steps to take first.',
    };
  },
});

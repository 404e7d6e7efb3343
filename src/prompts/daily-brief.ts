import { definePrompt, READ_COVERAGE } from './prompt.ts';

export default definePrompt({
  name: 'daily-brief',
  title: 'Brief of the day',
  description:
    'What happened since yesterday: events, agents, pending and provisioned policy, blocked and new traffic.',
  arguments: {},

  text: () => ({
    goal: 'Brief me on what happened on the PCE since yesterday, in a minute of reading. Nothing is changed.',
    rules: [
      READ_COVERAGE,
      'Say what needs somebody today first. A quiet area gets half a sentence.',
      'Compare with the day before only where an answer has both numbers.',
    ],
    steps: [
      {
        say: 'Is the PCE well, and what went wrong?',
        calls: [
          ['check-pce-connection', {}],
          ['get-events', { severity: 'err', max_results: 50 }],
          ['get-events', { event_type: 'user.sign_in', status: 'failure', max_results: 50 }],
        ],
        essential: true,
      },
      {
        say: 'Which agents are not well?',
        calls: [['get-vens', { health: 'error' }]],
      },
      {
        say: 'What is pending, by whom, and what was provisioned lately?',
        calls: [
          ['compare-draft-active', {}],
          ['get-policy-versions', { max_results: 5 }],
        ],
      },
      {
        say: 'What was blocked, and what is new on the wire against the day before?',
        calls: [
          [
            'get-traffic-flows-summary',
            {
              lookback_days: 1,
              policy_decisions: ['blocked'],
              group_by: ['source_app', 'dest_app'],
              max_results: 10_000,
            },
          ],
          ['diff-traffic', { lookback_days: 1 }],
        ],
      },
    ],
    report:
      'five lines at most, most urgent first, each with its number and where to look; then what could not be looked at.',
  }),
});

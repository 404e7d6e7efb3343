import type { Page } from '../page.ts';

export const loggingMonitoring: Page = {
  path: 'operations/logging-monitoring',
  title: 'Logging and monitoring',
  description: 'What the PCE records, what to send to a SIEM, and what to be woken up for.',
  text: () => `# Logging and monitoring

Two kinds of records, which answer different questions:

- **Events**: who did what on the PCE and what happened to agents: logins, keys, changes of policy with their author, provisioning, lost
  agents, tampering, failed requests. Auditors ask for these.
- **Flow summaries**: what talked to what, on which port, by which process and user where known, how it was decided. Incident responders
  ask for these. Blocked and potentially blocked ones are few and worth sending; allowed ones are many.

## Worth an alert

| What | Why |
|---|---|
| policy provisioned outside of hours, or by a key instead of a person | somebody changes the walls |
| enforcement lowered on many hosts | the walls come down at once, no provisioning needed |
| agent tampered with, deactivated, or lost on a crown jewel | the host enforces the past, or nothing |
| failed logins in a row, a new API key | credentials |
| blocked attempts from one host to many, or to administration ports | somebody is looking around |
| first connection of a server to the internet | command and control, or a new feature |

## What an answer does not cover

Hosts whose agents report blocked traffic only, agents that are away, traffic between hosts without agents, and the last minutes. Answers
name what they know of it as gaps; carry the gaps into the report.

    get-events {"event_type": "sec_policy.create", "max_results": 20}
    get-events {"event_type": "user.sign_in", "status": "failure", "max_results": 50}
    get-traffic-flows-summary {"policy_decisions": ["blocked"], "lookback_days": 1, "group_by": ["source_app", "dest_app"]}
    diff-traffic {"lookback_days": 7}
`,
};

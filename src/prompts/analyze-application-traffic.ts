import { APPLICATION, definePrompt, labelsOf, NAMES_ARE_EXACT, READ_COVERAGE } from './prompt.ts';

export default definePrompt({
  name: 'analyze-application-traffic',
  title: 'Analyze the traffic of an application',
  description: 'Orders what an application talks to, names the services, and draws it as a React view.',
  arguments: APPLICATION,

  text({ application_name: app, application_environment: env }) {
    const labels = labelsOf(app, env);
    return {
      goal: `Analyze the traffic of ${labels} and show it: who talks to it, whom it talks to, on what, and whether that is infrastructure, application or internet traffic.`,
      rules: [
        NAMES_ARE_EXACT,
        READ_COVERAGE,
        'Show every workload by its role, app and env labels, not by address. An end without labels is unmanaged: say so.',
        'Show protocol and port, and name the service behind it where the port or process tells: 5666/tcp is Nagios (NRPE), 8443/tcp is often a management interface. Mark a guess as a guess.',
      ],
      steps: [
        {
          say: 'See which kinds of labels there are besides role, app, env and loc; group by one of them where it explains more.',
          calls: [['get-labels', {}]],
        },
        {
          say: 'Inbound first, then outbound, in groups of app, env and role.',
          calls: [
            ['who-talks-to', { target: labels, direction: 'inbound' }],
            ['who-talks-to', { target: labels, direction: 'outbound' }],
          ],
          essential: true,
        },
        {
          say: 'Get the dependencies as rows ready to plot: each has direction, from, to, service, port, proto, policy, connections and peer_class. Follow the cursor to the last page.',
          calls: [['map-app-dependencies', { app_name: app, env_name: env, lookback_days: 30 }]],
        },
        {
          say: 'Without that tool, the same rows come from the summary of both directions.',
          calls: [
            [
              'get-traffic-flows-summary',
              { include_destinations: [labels], group_by: ['source_app', 'source_env', 'dest_role'] },
            ],
            [
              'get-traffic-flows-summary',
              { include_sources: [labels], group_by: ['source_role', 'dest_app', 'dest_env'] },
            ],
          ],
          essential: true,
        },
        {
          say: 'Tell infrastructure (DNS, NTP, directory, monitoring, backup) from application traffic: the tools know which applications serve many others.',
          calls: [['identify-infrastructure-services', { lookback_days: 30 }]],
        },
        {
          say: 'Decide whether it faces the internet: public addresses among its sources or destinations.',
          calls: [
            ['report-egress', { include_sources: [labels] }],
            ['find-unmanaged-traffic', { direction: 'both', lookback_days: 30 }],
          ],
        },
        {
          say: 'Draw it. Write one self-contained React component, `ApplicationTraffic({ rows })`, with the rows above as its data: a column of sources on the left, the application with its roles in the middle, destinations on the right; edge width by connections, colour by policy (allowed, potentially_blocked, blocked), infrastructure drawn apart, internet marked; a table below with from, to, service, port/proto, policy, connections. Where the client cannot show React, give the table.',
        },
      ],
      report:
        'the view, then in a few sentences: the largest dependencies each way, what no rule allows, infrastructure against application traffic, internet exposure yes or no with the flows that prove it.',
    };
  },
});

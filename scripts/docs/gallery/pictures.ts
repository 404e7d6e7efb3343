import type { Call } from './ask.ts';
import type { Draw } from './draw.ts';
import { application, tiers, workloadTraffic } from './draw-traffic.ts';
import { frameworkOf, highRisk, remediation, rulesToAdd, securityReport } from './draw-risk.ts';
import { infrastructure, infrastructureServices, ipLists, labelsByType, modes, roles, talkers } from './draw-estate.ts';
import { projectPlan, rulesetCategories, rulesOf } from './draw-policy.ts';

export interface Picture {
  readonly id: string;
  readonly title: string;
  /** As somebody asks it. */
  readonly question: string;
  readonly calls: readonly Call[];
  readonly draw: Draw;
}

const ORDERING = { app_name: 'ordering', env_name: 'prod' } as const;
const PLANNED = ['ordering', 'hrm', 'payments', 'crm', 'ecommerce', 'sap-erp', 'tokenizer', 'file-services'] as const;

/** The questions of the reference server's gallery (parity id doc.gallery), asked of the demo estate. */
export const PICTURES: readonly Picture[] = [
  {
    id: 'application',
    title: 'An application and its neighbours',
    question: 'What does ordering in production talk to?',
    calls: [['map-app-dependencies', ORDERING]],
    draw: application,
  },
  {
    id: 'tiers',
    title: 'The tiers of an application',
    question: 'How do the tiers of ordering talk to each other, and is it allowed?',
    calls: [['map-app-dependencies', ORDERING]],
    draw: tiers,
  },
  {
    id: 'infrastructure-dashboard',
    title: 'Infrastructure at a glance',
    question: 'Which applications are infrastructure?',
    calls: [['identify-infrastructure-services', { lookback_days: 30, top_n: 12 }]],
    draw: infrastructure,
  },
  {
    id: 'infrastructure-services',
    title: 'Infrastructure services and who uses them',
    question: 'Which services do most applications depend on?',
    calls: [['identify-infrastructure-services', { lookback_days: 30, top_n: 20 }]],
    draw: infrastructureServices,
  },
  {
    id: 'security-report',
    title: 'Security report',
    question: 'How well is this estate segmented?',
    calls: [
      ['get-workload-enforcement-status', {}],
      ['compliance-check', { framework: 'general' }],
      ['find-unmanaged-traffic', { lookback_days: 7 }],
    ],
    draw: securityReport,
  },
  {
    id: 'high-risk',
    title: 'High-risk traffic',
    question: 'Which unknown hosts use administration ports?',
    calls: [['find-unmanaged-traffic', { lookback_days: 7, direction: 'inbound', top_n: 15 }]],
    draw: highRisk,
  },
  {
    id: 'pci',
    title: 'PCI DSS for the payment application',
    question: 'How do we stand with PCI DSS for payments?',
    calls: [['compliance-check', { framework: 'pci-dss', app_name: 'payments', env_name: 'prod' }]],
    draw: frameworkOf('PCI DSS: payments in production'),
  },
  {
    id: 'swift',
    title: 'SWIFT CSP for the SWIFT zone',
    question: 'And the SWIFT zone, against the customer security programme?',
    calls: [['compliance-check', { framework: 'swift-csp', app_name: 'swift-zone', env_name: 'prod' }]],
    draw: frameworkOf('SWIFT CSP: the SWIFT zone in production'),
  },
  {
    id: 'remediation-findings',
    title: 'Remediation plan: findings',
    question: 'What has to be fixed, and where does it show?',
    calls: [['compliance-check', { framework: 'general' }]],
    draw: remediation,
  },
  {
    id: 'remediation-rules',
    title: 'Remediation plan: rules to add',
    question: 'Which rules would close the gaps of ordering, most used first?',
    calls: [['propose-policy', ORDERING]],
    draw: rulesToAdd,
  },
  {
    id: 'ip-lists',
    title: 'IP lists',
    question: 'Which IP lists are there, and how large are they?',
    calls: [['get-iplists', {}]],
    draw: ipLists,
  },
  {
    id: 'ruleset-categories',
    title: 'Rulesets by category',
    question: 'What kinds of rulesets do we have?',
    calls: [['get-rulesets', {}]],
    draw: rulesetCategories,
  },
  {
    id: 'ordering-rulesets',
    title: 'The rulesets of ordering',
    question: 'Show me the rules of ordering.',
    calls: [['get-rulesets', { name: 'ordering' }]],
    draw: rulesOf,
  },
  {
    id: 'workloads',
    title: 'Workloads by application and mode',
    question: 'How are our workloads enforced?',
    calls: [['get-workload-enforcement-status', {}]],
    draw: modes,
  },
  {
    id: 'workload-traffic',
    title: 'Traffic of one workload',
    question: 'Who talks to p-ordering-web01?',
    calls: [['who-talks-to', { target: 'workload:p-ordering-web01' }]],
    draw: workloadTraffic,
  },
  {
    id: 'labels',
    title: 'Labels by type',
    question: 'Which labels do we use?',
    calls: [['get-labels', {}]],
    draw: labelsByType,
  },
  {
    id: 'service-roles',
    title: 'What each role serves',
    question: 'Which services show what a server is?',
    calls: [
      [
        'get-traffic-flows-summary',
        {
          lookback_days: 30,
          group_by: ['destination_role', 'port', 'proto'],
          include_destinations: ['app=ordering', 'env=prod'],
        },
      ],
    ],
    draw: roles,
  },
  {
    id: 'top-talkers',
    title: 'Top five talkers',
    question: 'Who talks the most?',
    calls: [['get-traffic-flows-summary', { lookback_days: 30, group_by: ['source_app', 'source_env'] }]],
    draw: talkers,
  },
  {
    id: 'project-plan',
    title: 'Project plan',
    question: 'In which order do we enforce these applications?',
    calls: PLANNED.map((app): Call => ['enforcement-readiness', { app_name: app, env_name: 'prod' }]),
    draw: projectPlan,
  },
];

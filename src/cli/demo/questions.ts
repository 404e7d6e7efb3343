/** One stop of the tour: what a segmentation engineer asks, the call that answers it, and which fields of the rows to show. */
export interface Question {
  readonly ask: string;
  readonly tool: string;
  readonly args: Readonly<Record<string, unknown>>;
  readonly show: readonly string[];
  /** Rows of this section only. */
  readonly section?: string;
  readonly rows: number;
}

/** What is asked first of a PCE one does not know. */
export const QUESTIONS: readonly Question[] = [
  {
    ask: 'Can we reach the PCE, and what is it?',
    tool: 'check-pce-connection',
    args: {},
    show: ['host', 'port', 'org_id', 'version', 'health', 'latency_ms'],
    rows: 1,
  },
  {
    ask: 'What is in this estate?',
    tool: 'get-workloads',
    args: {},
    show: [],
    rows: 0,
  },
  {
    ask: 'Which hosts make up the ordering application in production?',
    tool: 'get-workloads',
    args: { labels: 'app=ordering env=prod' },
    show: ['hostname', 'role', 'ip_addresses', 'os_type', 'enforcement_mode', 'loc'],
    rows: 8,
  },
  {
    ask: 'Which agents are there, and are they healthy?',
    tool: 'get-vens',
    args: { health: 'unhealthy' },
    show: ['hostname', 'status', 'version', 'last_heartbeat_at', 'conditions'],
    rows: 6,
  },
  {
    ask: 'Which applications are enforced only in part?',
    tool: 'get-workload-enforcement-status',
    args: {},
    show: ['app', 'env', 'workload_count', 'enforcement_modes', 'unmanaged_count', 'is_mixed'],
    rows: 8,
  },
  {
    ask: 'Which policy protects the ordering application?',
    tool: 'get-rulesets',
    args: { name: 'ordering', policy: 'active' },
    show: ['name', 'enabled', 'scopes', 'rule_count'],
    rows: 6,
  },
  {
    ask: 'Who talks to whom the most, in the last 30 days?',
    tool: 'get-traffic-flows-summary',
    args: { lookback_days: 30 },
    section: 'app_to_app',
    show: ['from', 'to', 'services', 'policy', 'connections'],
    rows: 12,
  },
  {
    ask: 'What is being blocked in production this week?',
    tool: 'get-traffic-flows-summary',
    args: { lookback_days: 7, policy_decisions: ['blocked'], include_destinations: ['env=prod'] },
    section: 'blocked',
    show: ['from', 'to', 'port', 'proto', 'process', 'connections'],
    rows: 10,
  },
];

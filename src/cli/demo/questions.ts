/** One stop of the tour: what a segmentation engineer asks, the call that answers it, and which fields of the rows to show. */
export interface Question {
  readonly ask: string;
  readonly tool: string;
  readonly args: Readonly<Record<string, unknown>>;
  readonly show: readonly string[];
  /** Rows of this section only. */
  readonly section?: string;
  /** Longer cells end in an ellipsis. Default 34 characters. */
  readonly maxCell?: number;
  readonly rows: number;
}

/** What is asked first of a PCE one does not know: what is there, who talks, what is blocked, and what a change would do. */
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
  {
    ask: 'Which rule decides whether ecommerce reaches ordering?',
    tool: 'explain-flow',
    args: { src: 'app=ecommerce env=prod role=web', dst: 'app=ordering env=prod role=lb', port: 443 },
    show: [],
    rows: 0,
  },
  {
    ask: 'What would break if ecommerce went into full enforcement today?',
    tool: 'simulate-enforcement',
    args: { app_name: 'ecommerce', env_name: 'prod', target_mode: 'full' },
    show: ['change', 'from', 'to', 'service', 'connections', 'because'],
    rows: 8,
  },
  {
    ask: 'How would one ringfence it? Plan it, change nothing.',
    tool: 'create-ringfence',
    args: { app_name: 'ecommerce', env_name: 'prod', dry_run: true },
    show: ['step', 'does', 'result'],
    maxCell: 60,
    rows: 12,
  },
];

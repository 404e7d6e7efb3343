/**
 * What callers with a label scope may use (`MCP_LABEL_SCOPES`): tools that read workloads and traffic through the narrowed view, change
 * workloads through the narrowed writer, or read what holds no workload (labels, services, IP lists). A tool that is not named here
 * would show or change what lies outside, so it is refused.
 */
export const SCOPED_TOOLS: ReadonlySet<string> = new Set([
  'get-workloads',
  'update-workload',
  'get-labels',
  'get-workload-enforcement-status',
  'set-enforcement-mode',
  'get-vens',
  'get-iplists',
  'get-services',
  'apply-plan',
  'undo-change',
  'get-traffic-flows',
  'get-traffic-flows-summary',
  'find-unmanaged-traffic',
  'who-talks-to',
  'check-pce-connection',
  'check-pce-credentials-status',
  'get-server-changelog',
]);

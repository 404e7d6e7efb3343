import { Failure } from '../core/errors.ts';
import { nearest } from '../core/near.ts';
import { type Toolset, TOOLSETS } from '../core/toolset.ts';

/** What the operator chose to offer (`MCP_TOOLSETS`, `MCP_ALLOWED_TOOLS`). */
export interface Selection {
  readonly toolsets: readonly (Toolset | 'default' | 'all')[];
  /** Only these; undefined: no such list. */
  readonly allowed: readonly string[] | undefined;
}

interface Selectable {
  readonly name: string;
  readonly toolset: Toolset;
}

/** The tools of the `default` toolset (design §4), by toolset. */
export const DEFAULT_TOOLS: Readonly<Record<Toolset, readonly string[]>> = {
  inventory: [
    'get-workloads',
    'create-workload',
    'update-workload',
    'delete-workload',
    'get-labels',
    'create-label',
    'update-label',
    'delete-label',
    'get-workload-enforcement-status',
  ],
  policy: [
    'get-rulesets',
    'create-ruleset',
    'update-ruleset',
    'delete-ruleset',
    'create-deny-rule',
    'update-deny-rule',
    'delete-deny-rule',
    'get-iplists',
    'create-iplist',
    'update-iplist',
    'delete-iplist',
    'get-services',
    'create-service',
    'update-service',
    'delete-service',
  ],
  lifecycle: [
    'compare-draft-active',
    'provision-policy',
    'review-draft',
    'rollback-policy',
    'apply-plan',
    'undo-change',
  ],
  traffic: ['get-traffic-flows', 'get-traffic-flows-summary', 'find-unmanaged-traffic', 'who-talks-to'],
  segmentation: [
    'create-ringfence',
    'ringfence-batch',
    'enforcement-readiness',
    'get-policy-coverage-report',
    'explain-flow',
    'simulate-enforcement',
    'simulate-change',
    'propose-policy',
  ],
  risk: ['identify-infrastructure-services', 'detect-lateral-movement-paths', 'compliance-check'],
  containers: [],
  operations: [
    'check-pce-connection',
    'get-events',
    'register-pce-credentials',
    'delete-pce-credentials',
    'check-pce-credentials-status',
  ],
};

/**
 * The tools offered, ordered by toolset and then as given, the same on every call (prompt caches depend on it). Throws
 * `invalid_configuration` when the allow-list names a tool that does not exist: what the operator meant to allow or forbid is unclear.
 */
export function selectTools<T extends Selectable>(
  catalogue: readonly T[],
  { toolsets, allowed }: Selection,
): readonly T[] {
  const names = catalogue.map(({ name }) => name);
  const unknown = (allowed ?? []).filter((name) => !names.includes(name));
  if (unknown.length > 0) throw new Failure('invalid_configuration', { message: unknownTools(unknown, names) });

  const inToolsets = ({ name, toolset }: Selectable) =>
    toolsets.includes('all') ||
    toolsets.includes(toolset) ||
    (toolsets.includes('default') && DEFAULT_TOOLS[toolset].includes(name));

  return TOOLSETS.flatMap((toolset) => catalogue.filter((tool) => tool.toolset === toolset))
    .filter(inToolsets)
    .filter(({ name }) => allowed === undefined || allowed.includes(name));
}

function unknownTools(unknown: readonly string[], names: readonly string[]): string {
  const described = unknown.map((name) => {
    const near = nearest(name, names);
    return near === undefined ? name : `${name} (did you mean ${near}?)`;
  });
  return `MCP_ALLOWED_TOOLS names tools that do not exist: ${described.join(', ')}`;
}

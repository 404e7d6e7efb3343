import type { JsonObject } from '../../core/json.ts';
import type { WorldState } from '../world-state.ts';

interface Template {
  readonly name: string;
  readonly report_parameters: JsonObject;
  /** Why the simulated PCE does not make it; absent: it does, as CSV (`csv.ts`). */
  readonly notMade?: string;
}

const LAID_OUT = 'it is a laid-out document, and what stands in it is not published';
const LAST_MONTH = { report_time_range: { last_num_days: 30 } };

/** The reports a PCE offers, by the last segment of their templates' hrefs (traffic.md §11; of the last three, a choice). */
export const TEMPLATES = {
  executive_summary_report: { name: 'Executive Summary', report_parameters: LAST_MONTH, notMade: LAID_OUT },
  traffic_flow_report: {
    name: 'App Group Summary',
    report_parameters: { ...LAST_MONTH, app_groups: [] },
    notMade: LAID_OUT,
  },
  rule_hit_count_report: { name: 'Rule Hit Count Report', report_parameters: { ...LAST_MONTH, rule_sets: [] } },
  explorer_report: {
    name: 'Explorer Report',
    report_parameters: {
      ...LAST_MONTH,
      filters: {
        query_name: 'Explorer Report',
        sources: { include: [], exclude: [] },
        destinations: { include: [], exclude: [] },
        services: { include: [], exclude: [] },
        policy_decisions: [],
        max_results: 100_000,
      },
    },
  },
  ves_report: { name: 'Vulnerability Exposure Score Report', report_parameters: {} },
  ransomware_risk_report: { name: 'Ransomware Risk Report', report_parameters: LAST_MONTH },
} as const satisfies Record<string, Template>;
export type TemplateType = keyof typeof TEMPLATES;

export const isTemplate = (type: string): type is TemplateType => Object.hasOwn(TEMPLATES, type);

export const templateHref = (orgId: number, type: string): string => `/orgs/${orgId}/report_templates/${type}`;

const switches = ({ tables }: WorldState) => tables.open<boolean>('report_templates');

export const isEnabled = (world: WorldState, type: TemplateType): boolean => switches(world).get(type) ?? true;

export const enable = (world: WorldState, type: TemplateType, enabled: boolean): void =>
  switches(world).set(type, enabled);

export function renderTemplate(world: WorldState, type: TemplateType): JsonObject {
  const { name, report_parameters } = TEMPLATES[type];
  return {
    href: templateHref(world.orgId, type),
    name,
    report_parameters,
    enabled: isEnabled(world, type),
    show_in_ui: true,
  };
}

import type { JsonObject } from '../../core/json.ts';
import type { WorldState } from '../world-state.ts';

/**
 * The reports a PCE offers, by the last segment of their templates' hrefs (traffic.md §11). Only the rule hit count is made here: the others
 * are laid-out documents whose content is not published.
 */
export const TEMPLATES = {
  executive_summary_report: {
    name: 'Executive Summary',
    report_parameters: { report_time_range: { last_num_days: 30 } },
  },
  traffic_flow_report: {
    name: 'App Group Summary',
    report_parameters: { report_time_range: { last_num_days: 30 }, app_groups: [] },
  },
  rule_hit_count_report: {
    name: 'Rule Hit Count Report',
    report_parameters: { report_time_range: { last_num_days: 30 }, rule_sets: [] },
  },
} as const satisfies Record<string, { readonly name: string; readonly report_parameters: JsonObject }>;
export type TemplateType = keyof typeof TEMPLATES;

/** Which of them the simulated PCE makes. */
export const MADE: TemplateType = 'rule_hit_count_report';

export const isTemplate = (type: string): type is TemplateType => Object.hasOwn(TEMPLATES, type);

export const templateHref = (orgId: number, type: string): string => `/orgs/${orgId}/report_templates/${type}`;

const switches = ({ tables }: WorldState) => tables.open<boolean>('report_templates');

export const isEnabled = (world: WorldState, type: TemplateType): boolean => switches(world).get(type) ?? true;

export const enable = (world: WorldState, type: TemplateType, enabled: boolean): void =>
  switches(world).set(type, enabled);

export const renderTemplate = (world: WorldState, type: TemplateType): JsonObject => ({
  href: templateHref(world.orgId, type),
  ...TEMPLATES[type],
  enabled: isEnabled(world, type),
  show_in_ui: true,
});

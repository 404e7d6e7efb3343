import { oneOf, record } from '../http/schema.ts';
import { bodyCheck } from '../http/validate.ts';

/** `settings/events` (traffic.md §6.5). */
export interface EventSettings {
  readonly audit_event_retention_seconds: number;
  readonly audit_event_min_severity: 'error' | 'warning' | 'informational';
  readonly format: 'JSON' | 'CEF' | 'LEEF';
}

/** What a PCE starts with: 30 days, everything, JSON. */
export const DEFAULT_EVENT_SETTINGS: EventSettings = {
  audit_event_retention_seconds: 2_592_000,
  audit_event_min_severity: 'informational',
  format: 'JSON',
};

/** One day to two hundred. */
export const eventSettingsCheck = bodyCheck<Partial<EventSettings>>(
  'settings_events_put',
  record({
    audit_event_retention_seconds: { type: 'integer', minimum: 86_400, maximum: 17_280_000 },
    audit_event_min_severity: oneOf('error', 'warning', 'informational'),
    format: oneOf('JSON', 'CEF', 'LEEF'),
  }),
);

import type { PceEvent } from '../../model/inventory.ts';
import { envelope } from '../envelope.ts';
import { counts, described, integer, oneOf, text } from '../fields.ts';
import { listingCoverage, plural, tally, tallyText } from '../listing.ts';
import { present } from '../present.ts';
import { defineTool } from '../tool.ts';

const DEFAULT_MAX_RESULTS = 100;
const INFO_LENGTH = 200;
const TYPES_NAMED = 5;

interface EventRow {
  readonly href: string;
  readonly event_type: string;
  readonly timestamp: string;
  readonly severity: string;
  readonly status?: string;
  readonly created_by: string;
  readonly notification_type?: string;
  /** Compact JSON, cut to a glimpse. */
  readonly info?: string;
  readonly pce_fqdn?: string;
}

export default defineTool({
  name: 'get-events',
  title: 'List audit events',
  description:
    'Lists PCE audit events, newest first: who did what, logins, policy and agent events. Filter by type, severity, status or time. Not for network traffic.',
  toolset: 'operations',
  effect: 'read',
  input: {
    type: 'object',
    properties: {
      event_type: described(text, 'Exact type, like user.sign_in'),
      severity: oneOf('emerg', 'alert', 'crit', 'err', 'warning', 'notice', 'info', 'debug'),
      status: oneOf('success', 'failure'),
      created_by: described(text, 'User, agent or system, as the PCE takes it'),
      timestamp_gte: described(text, 'Not before, RFC 3339 with a zone'),
      timestamp_lte: described(text, 'Not after, RFC 3339 with a zone'),
      max_results: described({ ...integer, minimum: 1, maximum: 10_000 }, 'Newest so many (default 100)'),
    },
  },
  output: envelope(
    {
      href: text,
      event_type: text,
      timestamp: text,
      severity: text,
      status: text,
      created_by: text,
      notification_type: text,
      info: text,
      pce_fqdn: text,
    },
    { total_count: integer, matched: integer, by_type: counts, by_severity: counts },
  ),
  example: { severity: 'err', status: 'failure', max_results: 20 },
  columns: [
    { header: 'time', value: (row: EventRow) => row.timestamp },
    { header: 'event', value: (row: EventRow) => row.event_type },
    { header: 'severity', value: (row: EventRow) => row.severity },
    { header: 'status', value: (row: EventRow) => row.status },
    { header: 'by', value: (row: EventRow) => row.created_by },
    { header: 'notification', value: (row: EventRow) => row.notification_type },
    { header: 'info', value: (row: EventRow) => row.info },
    { header: 'pce', value: (row: EventRow) => row.pce_fqdn },
    { header: 'href', value: (row: EventRow) => row.href },
  ],

  async run(args, { pce, signal }) {
    const maxResults = args.max_results ?? DEFAULT_MAX_RESULTS;
    const listing = await pce.events(
      {
        eventType: args.event_type,
        severity: args.severity,
        status: args.status,
        createdBy: args.created_by,
        timestampGte: args.timestamp_gte,
        timestampLte: args.timestamp_lte,
      },
      { signal, maxResults },
    );
    const events = listing.items;
    const types = tally(events.map((event) => event.type));
    return {
      answer: summary(events, types, listing.matched),
      items: events.map(row),
      totals: {
        total_count: events.length,
        ...present({ matched: listing.matched }),
        by_type: Object.fromEntries(types.slice(0, 2 * TYPES_NAMED)),
        by_severity: Object.fromEntries(tally(events.map((event) => event.severity))),
      },
      coverage: listingCoverage(listing),
      next: listing.complete
        ? undefined
        : [`For older ones: timestamp_lte=${events.at(-1)?.timestamp ?? ''} or a larger max_results.`],
    };
  },
});

function summary(
  events: readonly PceEvent[],
  types: readonly (readonly [string, number])[],
  matched: number | null,
): string {
  const [newest] = events;
  const oldest = events.at(-1);
  if (newest === undefined || oldest === undefined) return 'No event matches.';
  const of = matched !== null && matched > events.length ? ` (the newest of ${matched})` : '';
  const rest = types.length - TYPES_NAMED;
  const named = tallyText(types.slice(0, TYPES_NAMED));
  return `${plural(events.length, 'event')}${of} from ${oldest.timestamp} to ${newest.timestamp}: ${named}${rest > 0 ? ` and ${plural(rest, 'other type')}` : ''}.`;
}

function row(event: PceEvent): EventRow {
  const [notification] = event.notifications;
  const info =
    notification?.info === undefined || notification.info === null ? null : JSON.stringify(notification.info);
  return {
    href: event.href,
    event_type: event.type,
    timestamp: event.timestamp,
    severity: event.severity,
    ...present({ status: event.status }),
    created_by: event.createdBy,
    ...present({
      notification_type: notification?.type,
      info: info !== null && info.length > INFO_LENGTH ? `${info.slice(0, INFO_LENGTH - 1)}…` : info,
      pce_fqdn: event.pceFqdn,
    }),
  };
}

import type { JsonObject } from '../../core/json.ts';
import { requireGlobal } from '../auth/scope.ts';
import { fieldChanges } from '../http/audit.ts';
import { integerParam } from '../http/query.ts';
import { notFound } from '../http/refusals.ts';
import { collection, type Reply, type Route } from '../http/route.ts';
import { inputValidation } from '../http/validate.ts';
import type { World } from '../world.ts';
import type { WorldState } from '../world-state.ts';
import { type EventFilter, eventFilter } from './filter.ts';
import { DEFAULT_EVENT_SETTINGS, type EventSettings, eventSettingsCheck } from './settings.ts';

const DEFAULT_ROWS = 100;
const MOST_ROWS = 10_000;

const isSystemEvent = ({ href }: JsonObject): boolean => typeof href === 'string' && href.startsWith('/system_events/');

/** The events API (traffic.md §6): the estate's history and what the simulator recorded since its start, newest first. */
export function eventRoutes(): readonly Route<WorldState>[] {
  let settings: EventSettings = DEFAULT_EVENT_SETTINGS;
  const stored = (world: World) => storedEvents(world, settings.audit_event_retention_seconds * 1000);

  function list(world: World, query: URLSearchParams, belongs: (event: JsonObject) => boolean): Reply {
    if ((integerParam(query, 'max_results') ?? 0) > MOST_ROWS) {
      throw inputValidation(
        'query_parameters',
        `The property '#/max_results' did not have a maximum value of ${MOST_ROWS}, inclusively`,
      );
    }
    const filter = eventFilter(query);
    const all = stored(world).filter(belongs);
    const found = all.filter((event) => within(event, filter)).reverse();
    return collection(found, all.length, (event) => event);
  }

  function one(world: World, href: string): Reply {
    const event = stored(world).find((candidate) => candidate['href'] === href);
    if (!event) throw notFound();
    return { status: 200, json: event };
  }

  return [
    {
      method: 'GET',
      path: '/orgs/:org/events',
      access: 'read',
      collection: true,
      defaultRows: DEFAULT_ROWS,
      schema: 'events_get',
      // The list of an org holds system events too (traffic.md §6.1).
      handle: ({ world, query }) => list(world, query, () => true),
    },
    {
      method: 'GET',
      path: '/orgs/:org/events/:id',
      access: 'read',
      schema: 'events_get',
      handle: ({ world, params }) => one(world, `/orgs/${world.orgId}/events/${params['id']}`),
    },
    {
      method: 'GET',
      path: '/system_events',
      access: 'read',
      collection: true,
      defaultRows: DEFAULT_ROWS,
      schema: 'system_events_get',
      handle: ({ world, query }) => list(world, query, isSystemEvent),
    },
    {
      method: 'GET',
      path: '/system_events/:id',
      access: 'read',
      schema: 'system_events_get',
      handle: ({ world, params }) => one(world, `/system_events/${params['id']}`),
    },
    {
      method: 'GET',
      path: '/orgs/:org/settings/events',
      access: 'read',
      schema: 'settings_events_get',
      handle: () => ({ status: 200, json: settings }),
    },
    {
      method: 'PUT',
      path: '/orgs/:org/settings/events',
      access: 'write',
      handle(request) {
        const { world, caller, body } = request;
        requireGlobal(caller);
        const before = settings;
        settings = { ...settings, ...eventSettingsCheck(body) };
        request.audit('event_settings.update', [
          {
            resource: { event_settings: { href: `/orgs/${world.orgId}/settings/events` } },
            changeType: 'update',
            changes: fieldChanges({ ...before }, { ...settings }),
          },
        ]);
        return { status: 204 };
      },
    },
  ];
}

const timeOf = ({ timestamp }: JsonObject): number =>
  typeof timestamp === 'string' ? Date.parse(timestamp) : Number.NaN;

function within(event: JsonObject, { fromMs, toMs, matches }: EventFilter): boolean {
  const at = timeOf(event);
  return at >= fromMs && at <= toMs && matches(event);
}

/** The events that are kept, oldest first. */
function storedEvents(world: World, retentionMs: number): readonly JsonObject[] {
  const now = world.clock.now();
  const fromMs = now - retentionMs;
  const own = world.ownEvents.filter((event) => timeOf(event) >= fromMs);
  const history = [...world.estate.events(fromMs, now + 1)];
  if (own.length === 0) return history;
  return [...history, ...own].sort((a, b) => timeOf(a) - timeOf(b));
}

import { requireGlobal } from '../auth/scope.ts';
import { fieldChanges } from '../http/audit.ts';
import { integerParam } from '../http/query.ts';
import { notFound } from '../http/refusals.ts';
import { collection, type Reply, type Route } from '../http/route.ts';
import { inputValidation } from '../http/validate.ts';
import type { World } from '../world.ts';
import type { WorldState } from '../world-state.ts';
import { type EventFilter, eventFilter } from './filter.ts';
import { type EventHistory, eventHistory } from './history.ts';
import { DEFAULT_EVENT_SETTINGS, type EventSettings, eventSettingsCheck } from './settings.ts';

const SETTINGS = 'settings';
const DEFAULT_ROWS = 100;
const MOST_ROWS = 10_000;

const EVERYTHING: EventFilter = {
  fromMs: Number.NEGATIVE_INFINITY,
  toMs: Number.POSITIVE_INFINITY,
  matches: null,
};

/** The events API (traffic.md §6): the estate's history and what the simulator recorded since its start, newest first. */
export function eventRoutes(): readonly Route<WorldState>[] {
  const histories = new WeakMap<World, EventHistory>();
  const documents = ({ tables }: WorldState) =>
    tables.open<EventSettings>('event_settings', () => [[SETTINGS, DEFAULT_EVENT_SETTINGS]]);
  const settingsOf = (world: WorldState): EventSettings => documents(world).get(SETTINGS) ?? DEFAULT_EVENT_SETTINGS;
  const retentionMs = (world: WorldState) => settingsOf(world).audit_event_retention_seconds * 1000;

  function historyOf(world: World): EventHistory {
    const history = histories.get(world) ?? eventHistory(world);
    histories.set(world, history);
    return history;
  }

  function list(world: WorldState, query: URLSearchParams, narrowed: (filter: EventFilter) => EventFilter): Reply {
    if ((integerParam(query, 'max_results') ?? 0) > MOST_ROWS) {
      throw inputValidation(
        'query_parameters',
        `The property '#/max_results' did not have a maximum value of ${MOST_ROWS}, inclusively`,
      );
    }
    const history = historyOf(world);
    const all = history.select(narrowed(EVERYTHING), retentionMs(world));
    const places = history.select(narrowed(eventFilter(query)), retentionMs(world));
    return collection(places, all.length, (place) => history.at(place));
  }

  function one(world: WorldState, href: string): Reply {
    const event = historyOf(world).find(href, retentionMs(world));
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
      handle: ({ world, query }) => list(world, query, (filter) => filter),
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
      handle: ({ world, query }) => list(world, query, systemOnly),
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
      handle: ({ world }) => ({ status: 200, json: settingsOf(world) }),
    },
    {
      method: 'PUT',
      path: '/orgs/:org/settings/events',
      access: 'write',
      handle(request) {
        const { world, caller, body } = request;
        requireGlobal(caller);
        const before = settingsOf(world);
        const settings = { ...before, ...eventSettingsCheck(body) };
        documents(world).set(SETTINGS, settings);
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

function systemOnly({ matches, ...times }: EventFilter): EventFilter {
  const isSystem = (href: unknown) => typeof href === 'string' && href.startsWith('/system_events/');
  return { ...times, matches: (event) => isSystem(event['href']) && (matches === null || matches(event)) };
}

import type { JsonObject } from '../../core/json.ts';
import { refusedAs, notFound, invalidUri } from '../http/refusals.ts';
import { collection, type Request, type Route } from '../http/route.ts';
import { either, flag, list, oneOf, open, record, text } from '../http/schema.ts';
import { bodyCheck, inputValidation } from '../http/validate.ts';
import { hrefOf, textIn } from '../lifecycle/body.ts';
import { isoTime, lastSegment } from '../objects/wire.ts';
import { documentIn } from '../organisation/document.ts';
import { REPORT_SETTINGS } from '../organisation/settings.ts';
import { uuidOf } from '../random.ts';
import type { RecordKind } from '../records/record-kind.ts';
import {
  createRecord,
  recordChange,
  recordOf,
  recordRoutes,
  renderRecord,
  updateRecord,
} from '../records/record-routes.ts';
import type { StoredRecord } from '../records/record-store.ts';
import type { TrafficDesk } from '../traffic/desk.ts';
import type { WorldState } from '../world-state.ts';
import { CSV, explorerQuestion } from './csv.ts';
import type { Range } from './hit-count.ts';
import {
  enable,
  isEnabled,
  isTemplate,
  renderTemplate,
  TEMPLATES,
  templateHref,
  type TemplateType,
} from './templates.ts';

type Call = Request<WorldState>;

const DAY_MS = 86_400_000;
/** How long a report takes. */
const MAKING_MS = 500;
const EVERY_MS: Readonly<Record<string, number>> = {
  daily: DAY_MS,
  weekly: 7 * DAY_MS,
  monthly: 30 * DAY_MS,
  quarterly: 91 * DAY_MS,
};

const time = { type: 'string', pattern: 'T' } as const;
const parameters = open({
  report_time_range: either(
    record({ last_num_days: { type: 'integer', minimum: 1 } }, ['last_num_days']),
    record({ start_date: time, end_date: time }, ['start_date', 'end_date']),
  ),
  rule_sets: list(record({ href: text }, ['href'])),
  max_results: { type: 'integer', minimum: 1, maximum: 200_000 },
  filters: open({}),
});
const template = record({ href: text }, ['href']);
const schedule = {
  report_template: template,
  name: { type: 'string', minLength: 1, maxLength: 255 },
  send_by_email: flag,
  report_format: oneOf('pdf', 'json'),
  report_generation_frequency: oneOf('once', ...Object.keys(EVERY_MS)),
  scheduled_at: text,
  report_parameters: parameters,
} as const;

/** The time a report is about, when it is made at `nowMs`. */
function rangeOf(given: JsonObject, nowMs: number): Range {
  const { report_time_range: range } = given as { readonly report_time_range?: JsonObject };
  const days = range?.['last_num_days'];
  if (typeof days === 'number') return { fromMs: nowMs - days * DAY_MS, toMs: nowMs };
  return {
    fromMs: Date.parse(textIn(range?.['start_date']) ?? ''),
    toMs: Date.parse(textIn(range?.['end_date']) ?? ''),
  };
}

function templateOf(world: WorldState, body: JsonObject): TemplateType {
  const href = hrefOf(body['report_template']) ?? '';
  const type = lastSegment(href);
  if (href !== templateHref(world.orgId, type) || !isTemplate(type)) throw invalidUri(href);
  if (!isEnabled(world, type)) throw refusedAs('templateDisabled');
  if ('notMade' in TEMPLATES[type]) throw refusedAs('templateNotMade');
  const given = (body['report_parameters'] ?? {}) as JsonObject;
  // Of those that are made, one report is of today and not of a time (the published schemas of parameters).
  if (type === 'ves_report') return type;
  if (given['report_time_range'] === undefined)
    throw inputValidation(
      `${type}_params`,
      "The property '#/' did not contain a required property of 'report_time_range'",
    );
  const range = rangeOf(given, world.clock.now());
  if (Object.values(range).some((ms) => Number.isNaN(new Date(ms).getTime())))
    throw inputValidation(`${type}_params`, "The property '#/report_time_range' must be a time");
  if (type === 'explorer_report') explorerQuestion(world, given, range);
  return type;
}

const renderOf = (world: WorldState, body: JsonObject): JsonObject => {
  const type = lastSegment(hrefOf(body['report_template']) ?? '');
  const name = isTemplate(type) ? TEMPLATES[type].name : '';
  return { ...body, report_template: { href: templateHref(world.orgId, type), name } };
};

const LITERAL = ['report_template', 'report_parameters'] as const;

const scheduleKind: RecordKind = {
  collection: 'report_schedules',
  path: '/orgs/:org/report_schedules',
  singular: 'report_schedule',
  schema: 'report_schedules_get',
  ids: 'uuid',
  literal: LITERAL,
  checkPost: bodyCheck<JsonObject>(
    'report_schedules_post',
    record(schedule, ['report_template', 'name', 'report_generation_frequency', 'report_parameters']),
  ),
  checkPut: bodyCheck<JsonObject>('report_schedules_put', record(schedule)),
  body(world, given, before) {
    const body = { scheduled_at: isoTime(world.clock.now()), send_by_email: false, ...before?.body, ...given };
    templateOf(world, body);
    return body;
  },
  render: (world, { body }) => renderOf(world, body),
};

const doneAt = ({ createdMs }: StoredRecord): number => createdMs + MAKING_MS;
const isCancelled = ({ body }: StoredRecord): boolean => body['status'] === 'cancelled';
const isDone = (world: WorldState, own: StoredRecord): boolean => !isCancelled(own) && world.clock.now() >= doneAt(own);

const reportKind: RecordKind = {
  collection: 'reports',
  path: '/orgs/:org/reports',
  singular: 'report',
  schema: 'reports_get',
  ids: 'uuid',
  literal: LITERAL,
  checkPost: bodyCheck<JsonObject>(
    'reports_post',
    record(
      {
        report_template: template,
        description: text,
        report_format: oneOf('pdf', 'json'),
        send_by_email: flag,
        report_parameters: parameters,
      },
      ['report_template', 'report_parameters'],
    ),
  ),
  checkPut: bodyCheck<JsonObject>('reports_put', record({ status: oneOf('cancel_requested') })),
  body(world, given, before) {
    if (before) {
      if (given['status'] !== undefined && isDone(world, before)) throw refusedAs('reportDone');
      return { ...before.body, ...(given['status'] !== undefined && { status: 'cancelled' }) };
    }
    templateOf(world, given);
    return { send_by_email: false, ...given };
  },
  render(world, own) {
    const done = isDone(world, own);
    return {
      status: done ? 'done' : isCancelled(own) ? 'cancelled' : 'queued',
      progress_percentage: done ? 100 : 0,
      generated_at: done ? isoTime(doneAt(own)) : null,
      ...renderOf(world, Object.fromEntries(Object.entries(own.body).filter(([field]) => field !== 'status'))),
      created_at: isoTime(own.createdMs),
      updated_at: isoTime(done ? doneAt(own) : own.updatedMs),
      created_by: { href: own.createdBy },
      updated_by: { href: own.updatedBy },
    };
  },
};

const settingOf = (world: WorldState, name: string): number => Number(documentIn(world, REPORT_SETTINGS)[name]);

/** Brings the reports up to date: those of schedules that came due appear, and those past their retention go. */
function settle(world: WorldState): void {
  const now = world.clock.now();
  const oldest = now - settingOf(world, 'report_retention_days') * DAY_MS;
  for (const own of world.records.all('report_schedules')) {
    const start = Date.parse(textIn(own.body['scheduled_at']) ?? '');
    const every = EVERY_MS[textIn(own.body['report_generation_frequency']) ?? ''] ?? Number.POSITIVE_INFINITY;
    const first = Number.isFinite(every) ? Math.max(0, Math.ceil((oldest - start) / every)) : 0;
    for (let run = first; start + run * (Number.isFinite(every) ? every : 0) <= now; run++) {
      const at = start + run * (Number.isFinite(every) ? every : 0);
      const id = uuidOf(own.id, run);
      const { report_template, report_parameters, send_by_email } = own.body;
      if (at >= oldest && !world.records.get('reports', id))
        world.records.put('reports', {
          id,
          parent: null,
          createdMs: at,
          createdBy: own.createdBy,
          updatedMs: at,
          updatedBy: own.updatedBy,
          body: { report_template, report_parameters, send_by_email },
        });
      if (!Number.isFinite(every)) break;
    }
  }
  for (const own of world.records.all('reports')) if (own.createdMs < oldest) world.records.remove('reports', own.id);
}

function create(request: Call) {
  const { world } = request;
  const given = reportKind.checkPost?.(request.body) ?? {};
  const waiting = world.records.all('reports').filter((own) => !isDone(world, own) && !isCancelled(own));
  if (waiting.length >= settingOf(world, 'max_queued_reports')) throw refusedAs('tooManyReports');
  const made = createRecord(reportKind, request, given, null);
  request.audit('report.create', [recordChange(world, reportKind, null, made)]);
  return { status: 201, json: renderRecord(reportKind, request)(made) };
}

const checkTemplate = bodyCheck<{ readonly enabled?: boolean }>('report_templates_put', record({ enabled: flag }));

function typeOf({ params }: Pick<Call, 'params'>): TemplateType {
  const type = params['id'] ?? '';
  if (!isTemplate(type)) throw notFound();
  return type;
}

/** Reports, their templates and schedules (traffic.md §11). */
export function reportRoutes(deskOf: (world: WorldState) => TrafficDesk): readonly Route<WorldState>[] {
  const types = Object.keys(TEMPLATES).filter(isTemplate);
  return [
    {
      method: 'GET',
      path: '/orgs/:org/report_templates',
      access: 'read',
      collection: true,
      schema: 'report_templates_get',
      handle: ({ world }) => collection(types, types.length, (type) => renderTemplate(world, type)),
    },
    {
      method: 'GET',
      path: '/orgs/:org/report_templates/:id',
      access: 'read',
      schema: 'report_templates_get',
      handle: (request) => ({ status: 200, json: renderTemplate(request.world, typeOf(request)) }),
    },
    {
      method: 'PUT',
      path: '/orgs/:org/report_templates/:id',
      access: 'write',
      handle(request) {
        const { enabled } = checkTemplate(request.body);
        if (enabled !== undefined) enable(request.world, typeOf(request), enabled);
        return { status: 204 };
      },
    },
    ...recordRoutes(scheduleKind),
    ...recordRoutes(reportKind, ['GET']).map(
      (route): Route<WorldState> => ({
        ...route,
        handle(request) {
          settle(request.world);
          return route.handle(request);
        },
      }),
    ),
    { method: 'POST', path: reportKind.path, access: 'read', schema: 'reports_get', handle: create },
    {
      method: 'PUT',
      path: `${reportKind.path}/:id`,
      access: 'read',
      handle(request) {
        const before = recordOf(reportKind, request);
        const after = updateRecord(reportKind, request, before, reportKind.checkPut?.(request.body) ?? {});
        request.audit('report.update', [recordChange(request.world, reportKind, before, after)]);
        return { status: 204 };
      },
    },
    {
      method: 'GET',
      path: `${reportKind.path}/:id/download`,
      access: 'read',
      handle(request) {
        const { world, caller } = request;
        const own = recordOf(reportKind, request);
        const type = lastSegment(hrefOf(own.body['report_template']) ?? '');
        const make = isTemplate(type) ? CSV[type] : undefined;
        if (!isDone(world, own) || make === undefined) throw notFound();
        const parameters = (own.body['report_parameters'] ?? {}) as JsonObject;
        const range = rangeOf(parameters, own.createdMs);
        const body = make({ world, caller, desk: deskOf(world), range, parameters });
        return { status: 200, body, headers: { 'Content-Type': 'text/csv' } };
      },
    },
  ];
}

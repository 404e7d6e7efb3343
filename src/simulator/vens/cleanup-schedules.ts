import type { JsonObject } from '../../core/json.ts';
import { flag, list, record, text } from '../http/schema.ts';
import { bodyCheck } from '../http/validate.ts';
import { storedLabels } from '../records/fields.ts';
import type { RecordKind } from '../records/record-kind.ts';
import { auditFields, recordRoutes } from '../records/record-routes.ts';

const fields = {
  name: { type: 'string', minLength: 1 },
  labels: list(record({ href: text }, ['href']), { uniqueItems: true }),
  inactivity_threshold_in_hours: { type: 'integer', minimum: 24, maximum: 4320 },
  enabled: flag,
};

const kind: RecordKind = {
  collection: 'inactive_ven_cleanup_schedules',
  path: '/orgs/:org/inactive_ven_cleanup_schedules',
  singular: 'inactive_ven_cleanup_schedule',
  schema: 'inactive_ven_cleanup_schedules_get',
  ids: 'uuid',
  checkPost: bodyCheck<JsonObject>(
    'inactive_ven_cleanup_schedules_post',
    record(fields, ['name', 'labels', 'inactivity_threshold_in_hours']),
  ),
  checkPut: bodyCheck<JsonObject>('inactive_ven_cleanup_schedules_put', record(fields)),
  nameTaken: ['name_must_be_unique', 'Name must be unique'],
  body(world, given, before) {
    const body: JsonObject = { enabled: true, ...before?.body, ...given };
    return { ...body, labels: storedLabels(world, body['labels']) };
  },
  render: (world, own) => ({ ...own.body, uuid: own.id, org_id: world.orgId, ...auditFields(own) }),
};

/** When VENs that fell silent are unpaired, since 26.x. The schedules are kept; nothing is unpaired behind a tester's back. */
export const cleanupScheduleRoutes = recordRoutes(kind);

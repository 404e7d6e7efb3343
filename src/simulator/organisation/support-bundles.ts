import type { JsonObject } from '../../core/json.ts';
import { flag, nullableText, record } from '../http/schema.ts';
import { bodyCheck } from '../http/validate.ts';
import { isoTime } from '../objects/wire.ts';
import type { RecordKind } from '../records/record-kind.ts';
import { recordHref, recordRoutes } from '../records/record-routes.ts';

/** How long a bundle takes. */
const MAKING_MS = 1000;

/** Support bundles of the PCE (traffic.md §8.5): requests are kept and done after a while; there is no bundle to download. */
const kind: RecordKind = {
  collection: 'support_bundle_requests',
  path: '/orgs/:org/support_bundle_requests',
  singular: 'support_bundle_request',
  schema: 'support_bundle_requests_get',
  ids: 'uuid',
  checkPost: bodyCheck<JsonObject>(
    'support_bundle_requests_post',
    record({ include_logs: flag, starting_at: nullableText, ending_at: nullableText }),
  ),
  body: (_world, given) => ({ include_logs: false, starting_at: null, ending_at: null, ...given }),
  render(world, own) {
    const href = recordHref(world, kind, own);
    const done = world.clock.now() >= own.createdMs + MAKING_MS;
    return {
      // The published schema wraps it; no other href is.
      href: { href },
      name: `pce-support-bundle-${own.id}`,
      download_url: done ? { href: `${href}/download` } : null,
      requested_at: isoTime(own.createdMs),
      completed_at: done ? isoTime(own.createdMs + MAKING_MS) : null,
      status: done ? 'completed' : 'pending',
      created_by: { href: own.createdBy },
      ...own.body,
    };
  },
};

export const supportBundleRoutes = recordRoutes(kind, ['GET', 'POST', 'DELETE']);

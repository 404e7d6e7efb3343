import type { JsonObject } from '../../core/json.ts';
import { requireGlobal } from '../auth/scope.ts';
import { fieldChanges } from '../http/audit.ts';
import type { Route } from '../http/route.ts';
import { flag, hrefObject, list, oneOf, open, record } from '../http/schema.ts';
import { bodyCheck } from '../http/validate.ts';
import { storable } from '../lifecycle/body.ts';
import { editOf, viewOf } from '../lifecycle/policy-routes.ts';
import { renderObject } from '../lifecycle/policy-wire.ts';
import { requireDraft, versionOf } from '../lifecycle/version.ts';
import type { WorldState } from '../world-state.ts';

const scopes = list(list(open({ exclusion: flag, label: hrefObject, label_group: hrefObject })));

const check = bodyCheck<JsonObject>(
  'sec_policy_firewall_settings_put',
  record({
    update_type: oneOf('create', 'update', 'delete'),
    static_policy_scopes: scopes,
    ike_authentication_type: oneOf('psk', 'certificate'),
    firewall_coexistence: {
      type: ['array', 'null'],
      uniqueItems: true,
      items: record(
        {
          scope: list(record({ href: { type: 'string' } }, ['href'])),
          workload_mode: oneOf('enforced', 'illuminated'),
          illumio_primary: flag,
        },
        ['illumio_primary', 'scope'],
      ),
    },
    allow_captive_portal_outbound: flag,
    containers_inherit_host_policy_scopes: scopes,
    blocked_connection_reject_scopes: scopes,
    loopback_interfaces_in_policy_scopes: scopes,
    ip_forwarding_enabled_scopes: scopes,
    rule_hit_count_enabled_scopes: scopes,
  }),
);

const path = '/orgs/:org/sec_policy/:version/firewall_settings';

/** The one versioned object without an id (objects.md §7.6). */
export const firewallSettingsRoutes: readonly Route<WorldState>[] = [
  {
    method: 'GET',
    path,
    access: 'read',
    schema: 'sec_policy_firewall_settings_get',
    handle(request) {
      const { object, content } = request.world.policies.read('firewall_settings', '', versionOf(request));
      return { status: 200, json: renderObject(viewOf(request), object, content) };
    },
  },
  {
    method: 'PUT',
    path,
    access: 'write',
    handle(request) {
      const { world, caller, audit } = request;
      requireDraft(request);
      requireGlobal(caller);
      const { object, content } = world.policies.read('firewall_settings', '', 'draft');
      const { update_type: _updateType, ...given } = check(request.body);
      const body = { ...content.body, ...storable(world, given) };
      const { ms, by } = editOf(request);
      world.policies.edit(object, { ...content, body, updatedMs: ms, updatedBy: by });
      audit('firewall_settings.update', [
        {
          resource: { firewall_settings: { href: world.policies.href(object) } },
          changeType: 'update',
          changes: fieldChanges(content.body, body),
        },
      ]);
      return { status: 204 };
    },
  },
];

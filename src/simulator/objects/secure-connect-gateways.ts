import type { JsonObject } from '../../core/json.ts';
import { requireGlobal } from '../auth/scope.ts';
import { external, nullableText, record, text } from '../http/schema.ts';
import { bodyCheck } from '../http/validate.ts';
import { merged } from '../lifecycle/merged.ts';
import type { PolicyKind } from '../lifecycle/policy-kind.ts';
import { policyRoutes } from '../lifecycle/policy-routes.ts';

// The published schemas name the kind in a `change_subset` and describe no field of it; these are what every named policy object has.
const fields = { name: text, description: nullableText, ...external } as const;

const kind: PolicyKind = {
  type: 'secure_connect_gateways',
  singular: 'secure_connect_gateway',
  ids: 'integer',
  checkPost: bodyCheck<JsonObject>('sec_policy_secure_connect_gateways_post', record(fields, ['name'])),
  checkPut: bodyCheck<JsonObject>('sec_policy_secure_connect_gateways_put', record(fields)),
  nameTaken: ['name_must_be_unique', 'Name must be unique'],
  authorise: (_world, caller) => requireGlobal(caller),
  body: (_world, given, before) => ({ description: null, ...merged(before, given) }),
};

/** Gateways of encrypted connections: versioned like all policy (objects.md §10.1); private, so without a published schema. */
export const secureConnectGatewayRoutes = policyRoutes(kind);

import { external, flag, hrefObject, integer, list, nullableText, oneOf, open, record, text } from '../http/schema.ts';
import { bodyCheck, type Schema } from '../http/validate.ts';
import type { WorkloadRecord } from '../estates/estate.ts';

/** A workload as clients send it: for create, update and the items of bulk calls (objects.md §6.3). */
export interface WorkloadBody {
  readonly href?: string;
  readonly name?: string;
  readonly hostname?: string;
  readonly description?: string | null;
  readonly external_data_set?: string | null;
  readonly external_data_reference?: string | null;
  readonly service_principal_name?: string | null;
  readonly agent_to_pce_certificate_authentication_id?: string | null;
  readonly distinguished_name?: string;
  readonly public_ip?: string | null;
  readonly interfaces?: readonly InterfaceBody[];
  readonly ignored_interface_names?: readonly string[];
  readonly service_provider?: string;
  readonly data_center?: string;
  readonly data_center_zone?: string;
  readonly os_id?: string;
  readonly os_detail?: string;
  readonly online?: boolean;
  readonly labels?: readonly { readonly href: string }[];
  readonly enforcement_mode?: WorkloadRecord['enforcementMode'];
  readonly visibility_level?: WorkloadRecord['visibilityLevel'];
  readonly datacenter_nat_1to1?: boolean;
  readonly agent?: {
    readonly config?: {
      readonly mode?: 'idle' | 'illuminated' | 'selective' | 'enforced';
      readonly log_traffic?: boolean;
    };
    readonly status?: { readonly status?: 'active' | 'suspended' };
  };
}

export interface InterfaceBody {
  readonly name: string;
  readonly address: string;
  readonly link_state?: string;
  readonly cidr_block?: number;
  readonly default_gateway_address?: string;
  readonly friendly_name?: string;
  readonly network?: { readonly href: string };
}

const MODE = oneOf('idle', 'visibility_only', 'full', 'selective');
const address: Schema = { type: 'string', format: 'ip-address' };
const identifier: Schema = { type: ['string', 'null'], minLength: 1, maxLength: 255 };

const interfaces = list(
  record(
    {
      name: text,
      address,
      link_state: oneOf('up', 'down', 'unknown'),
      cidr_block: integer,
      default_gateway_address: address,
      friendly_name: text,
      network: hrefObject,
    },
    ['name', 'address'],
  ),
  { uniqueItems: true },
);

/** Keys that are in no schema and that real clients send all the same (objects.md §6.3): taken, or taken and ignored. */
const tolerated = {
  visibility_level: oneOf('flow_summary', 'flow_drops', 'flow_off', 'flow_full_detail', 'enhanced_data_collection'),
  ignored_interface_names: list(text),
  ip_version: {},
  service_source: {},
} as const;

const common = {
  name: text,
  ...external,
  service_principal_name: identifier,
  agent_to_pce_certificate_authentication_id: identifier,
  service_provider: text,
  data_center: text,
  data_center_zone: text,
  // GO sends key and value beside the href.
  labels: list(record({ href: text, key: text, value: text }, ['href']), { uniqueItems: true }),
  enforcement_mode: MODE,
  ...tolerated,
} as const;

const agentConfig = record({
  mode: oneOf('idle', 'illuminated', 'enforced', 'selective'),
  log_traffic: flag,
  enforcement_mode: MODE,
  visibility_level: text,
  security_policy_update_mode: text,
});

const unmanaged = {
  ...common,
  description: text,
  hostname: text,
  distinguished_name: text,
  public_ip: { type: ['string', 'null'] },
  interfaces,
  os_id: text,
  os_detail: text,
  online: flag,
} as const;

const postSchema: Schema = {
  ...record({ ...unmanaged, agent: record({ config: agentConfig }) }),
  anyOf: [{ required: ['name'] }, { required: ['hostname'] }],
};

export const checkWorkloadPost = bodyCheck<WorkloadBody>('workloads_post', postSchema);

export const checkUnmanagedPut = bodyCheck<WorkloadBody>(
  'workloads_without_ven_put',
  record({ ...unmanaged, href: text, agent: record({ href: text, config: agentConfig }) }),
);

/** Host name, OS and state of a managed workload are its VEN's to say. */
export const checkManagedPut = bodyCheck<WorkloadBody>(
  'workloads_with_ven_put',
  record({
    ...common,
    href: text,
    description: nullableText,
    public_ip: text,
    interfaces,
    datacenter_nat_1to1: flag,
    agent: record({ href: text, config: agentConfig, status: record({ status: oneOf('active', 'suspended') }) }),
  }),
);

export const checkBulk = bodyCheck<readonly unknown[]>('workloads_bulk', { type: 'array', maxItems: 1000 });

const workloadHrefs = list(open({ href: text }, ['href']), { maxItems: 1000 });
const labelHrefs = list(open({ href: text }, ['href']));

export const checkBulkDelete = bodyCheck<readonly { readonly href: string }[]>(
  'workloads_bulk_delete_put',
  list(record({ href: text }, ['href']), { maxItems: 1000 }),
);

export const checkSetLabels = bodyCheck<{
  readonly workloads: readonly { readonly href: string }[];
  readonly labels: readonly { readonly href: string }[];
  readonly delete_existing_keys?: readonly string[];
  readonly delete_existing?: boolean;
}>(
  'workloads_set_labels_put',
  record({ workloads: workloadHrefs, labels: labelHrefs, delete_existing_keys: list(text), delete_existing: flag }, [
    'workloads',
    'labels',
  ]),
);

export const checkRemoveLabels = bodyCheck<{
  readonly workloads: readonly { readonly href: string }[];
  readonly label_keys: readonly string[];
}>(
  'workloads_remove_labels_put',
  record({ workloads: workloadHrefs, label_keys: list(text) }, ['workloads', 'label_keys']),
);

export const checkUnpairWorkloads = bodyCheck<{ readonly workloads: readonly { readonly href: string }[] }>(
  'workloads_unpair_put',
  record(
    { workloads: list(record({ href: text }, ['href']), { minItems: 1, maxItems: 1000 }), ip_table_restore: text },
    ['workloads'],
  ),
);

export const checkVenPut = bodyCheck<{
  readonly name?: string | null;
  readonly description?: string | null;
  readonly status?: 'active' | 'suspended';
  readonly target_pce_fqdn?: string;
  readonly golden_image?: boolean;
}>(
  'vens_put',
  record({
    target_pce_fqdn: text,
    name: nullableText,
    description: nullableText,
    status: oneOf('active', 'suspended'),
    golden_image: flag,
  }),
);

export const checkVenUnpair = bodyCheck<{ readonly vens: readonly { readonly href: string }[] }>(
  'vens_unpair_put',
  record(
    {
      vens: list(record({ href: text }, ['href']), { minItems: 1, maxItems: 1000 }),
      firewall_restore: oneOf('saved', 'default', 'disable'),
    },
    ['vens'],
  ),
);

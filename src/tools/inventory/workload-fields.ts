import { isIP } from 'node:net';
import { contains } from '../../changes/diff.ts';
import { asReferences } from '../../changes/steps.ts';
import { textOf } from '../../changes/wire.ts';
import { Failure } from '../../core/errors.ts';
import { isObject, type JsonObject, type JsonValue } from '../../core/json.ts';
import { present } from '../present.ts';

export const isManaged = (workload: JsonObject): boolean => workload['managed'] === true || isObject(workload['ven']);

const MAX_BITS = { 4: 32, 6: 128 } as const;

/** Addresses (with or without `/bits`) as interfaces named `eth0` and so on. Throws `invalid_arguments`. */
export function interfacesOf(addresses: readonly string[]): readonly JsonObject[] {
  const given = [...new Set(addresses.map((address) => address.trim()))];
  return given.map((text, index) => {
    const [address = '', bits, ...more] = text.split('/');
    const version = isIP(address);
    const valid = bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= MAX_BITS[version === 6 ? 6 : 4]);
    if (version === 0 || address.includes('%') || !valid || more.length > 0)
      throw new Failure('invalid_arguments', {
        message: `${JSON.stringify(text.slice(0, 60))} is not an IP address.`,
        remedy: 'Give addresses like 10.0.0.5 or 10.0.0.5/24.',
      });
    return { name: `eth${index}`, address, ...(bits === undefined ? {} : { cidr_block: Number(bits) }) };
  });
}

const INTERFACE_FIELDS = ['name', 'address', 'link_state', 'cidr_block', 'default_gateway_address', 'friendly_name'];

const objectsIn = (value: JsonValue | undefined): readonly JsonObject[] =>
  Array.isArray(value) ? (value.filter(isObject) as JsonObject[]) : []; // parsed JSON

/** Interfaces as read, in the form that is written: no nulls, no fields of the PCE's own (objects.md §6.2, §6.3). */
const writable = (interfaces: JsonValue | undefined): readonly JsonObject[] =>
  objectsIn(interfaces).map((own) => ({
    ...present(Object.fromEntries(INTERFACE_FIELDS.map((field) => [field, own[field]]))),
    ...(isObject(own['network']) ? { network: asReferences('network', own['network'] as JsonObject) } : {}),
  }));

/** A field's old value as a PUT takes it: `name` and `hostname` are texts, never null; an unmanaged workload's description too. */
export function restoredField(field: string, old: JsonValue | undefined, before: JsonObject): JsonValue {
  if (field === 'interfaces') return writable(old);
  const isText = field === 'name' || field === 'hostname' || (field === 'description' && !isManaged(before));
  return isText ? (old ?? '') : asReferences(field, old);
}

/** The fields of `changes` that say something else than the workload does; lists in another order say the same. */
export const different = (before: JsonObject, changes: JsonObject): JsonObject =>
  Object.fromEntries(
    Object.entries(changes).filter(([field, value]) =>
      field === 'interfaces' ? !sameAddresses(before[field], value) : !contains(before[field], value),
    ),
  );

/** What interfaces are called does not matter, and neither does the mask where none was given. */
const sameAddresses = (before: JsonValue | undefined, after: JsonValue | undefined): boolean =>
  contains(
    before,
    objectsIn(after).map(({ name: _name, ...rest }) => rest),
  );

const OWN_TEXTS = [
  'name',
  'hostname',
  'description',
  'external_data_set',
  'external_data_reference',
  'service_principal_name',
  'distinguished_name',
  'public_ip',
  'service_provider',
  'data_center',
  'data_center_zone',
  'os_id',
  'os_detail',
  'enforcement_mode',
] as const;

/** The POST that makes an unmanaged workload again as it is. */
export function bodyOfWorkload(workload: JsonObject): JsonObject {
  const texts = OWN_TEXTS.flatMap((field) => {
    const value = textOf(workload, field);
    return value === null || value === '' ? [] : [[field, value] as const];
  });
  return {
    ...Object.fromEntries(texts),
    interfaces: writable(workload['interfaces']),
    labels: asReferences('labels', workload['labels']),
    ...(typeof workload['online'] === 'boolean' ? { online: workload['online'] } : {}),
  };
}

/** What only a VEN may say of its workload (objects.md §6.3). Throws `managed_workload`. */
export function refuseVenFields(name: string, fields: readonly string[]): void {
  const own = fields.filter((field) => field === 'hostname' || field === 'interfaces');
  if (own.length === 0) return;
  const words = own.map((field) => (field === 'interfaces' ? 'addresses' : 'host name'));
  throw new Failure('managed_workload', {
    message: `${name} is managed: its VEN reports its ${words.join(' and ')}, so they cannot be set.`,
    remedy: 'Change them on the host; name, description, labels and enforcement mode can be set here.',
  });
}

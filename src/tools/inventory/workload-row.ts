import type { Workload } from '../../model/inventory.ts';
import { labelTerm } from '../label-argument.ts';
import { present } from '../present.ts';
import { portText } from '../protocols.ts';

export type Detail = 'compact' | 'full' | 'labels_only';

/** One workload with the reference server's field names, plus one text field per label key. Absent values are left out. */
export interface WorkloadRow {
  readonly href: string;
  readonly name?: string;
  readonly hostname?: string;
  /** Comma joined. */
  readonly ip_addresses?: string;
  readonly os_type?: string;
  readonly online?: boolean;
  readonly managed?: boolean;
  readonly enforcement_mode?: string;
  readonly visibility_level?: string;
  /** `full` only: `key: value` of what has no field of its own. */
  readonly details?: string;
  /** `full` only: `443/tcp nginx`. */
  readonly open_ports?: readonly string[];
  readonly [labelKey: string]: unknown;
}

const FIELDS = new Set([
  'href',
  'name',
  'hostname',
  'ip_addresses',
  'os_type',
  'online',
  'managed',
  'enforcement_mode',
  'visibility_level',
  'details',
  'open_ports',
]);

// A label dimension may have the name of a field; then its column is set apart.
const labelField = (key: string): string => (FIELDS.has(key) ? `label_${key}` : key);

export function workloadRow(workload: Workload, detail: Detail): WorkloadRow {
  const { href, name, hostname } = workload;
  const labels = Object.fromEntries(workload.labels.map(({ key, value }) => [labelField(key), value]));
  const identity = { href, ...present({ name, hostname }) };
  if (detail === 'labels_only') return { ...identity, ...labels };
  const compact = {
    ...identity,
    ip_addresses: workload.interfaces.map(({ address }) => address).join(', '),
    ...present({ os_type: workload.osId }),
    online: workload.online,
    managed: workload.managed,
    enforcement_mode: workload.mode,
    ...present({ visibility_level: workload.visibility }),
    ...labels,
  };
  if (detail === 'compact') return compact;
  const open_ports = workload.openPorts.map(({ proto, port, process }) =>
    `${portText(proto, port)} ${process ?? ''}`.trimEnd(),
  );
  return { ...compact, details: details(workload), open_ports };
}

/** The row's labels as an expression that can be given back to any tool. */
export const labelsOf = (row: WorkloadRow): string =>
  Object.entries(row)
    .filter((entry): entry is [string, string] => !FIELDS.has(entry[0]) && typeof entry[1] === 'string')
    .map(([key, value]) => labelTerm(key, value))
    .join(' ');

const details = (workload: Workload): string =>
  Object.entries({
    description: workload.description,
    'public ip': workload.publicIp,
    'os detail': workload.osDetail,
    interfaces: workload.interfaces
      .map(({ name, address, cidrBlock }) => `${name} ${address}/${cidrBlock ?? '?'}`)
      .join(' '),
    'external data': [workload.externalDataSet, workload.externalDataReference].filter(Boolean).join('/'),
    created: workload.createdAt,
    updated: workload.updatedAt,
  })
    .filter(([, value]) => value !== null && value !== '')
    .map(([key, value]) => `${key}: ${value}`)
    .join('; ');

import { isObject } from '../../core/json.ts';
import type { RecordEndpoint, RecordWorkload } from './record.ts';

export interface NamedRef {
  readonly href: string | null;
  readonly name: string | null;
}

export interface FlowLabel {
  readonly href: string | null;
  readonly key: string;
  readonly value: string;
}

export interface FlowWorkload {
  readonly href: string | null;
  readonly name: string | null;
  readonly hostname: string | null;
  readonly osType: string | null;
  readonly managed: boolean | null;
  /** An endpoint VEN (a person's machine). */
  readonly endpoint: boolean | null;
  readonly enforcementMode: string | null;
  readonly labels: readonly FlowLabel[];
}

/** One side of a flow. The same address with other labels or lists is another endpoint: what the PCE said stays what it said. */
export interface FlowEndpoint {
  readonly ip: string | null;
  readonly fqdn: string | null;
  readonly workload: FlowWorkload | null;
  readonly ipLists: readonly NamedRef[];
  readonly virtualService: NamedRef | null;
  readonly virtualServer: NamedRef | null;
}

const text = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);
const flag = (value: unknown): boolean | null => (typeof value === 'boolean' ? value : null);
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

export function namedRef(value: unknown): NamedRef | null {
  if (!isObject(value)) return null;
  const ref = { href: text(value['href']), name: text(value['name']) };
  return ref.href === null && ref.name === null ? null : ref;
}

function labelOf(value: unknown): readonly FlowLabel[] {
  if (!isObject(value)) return [];
  const key = text(value['key']);
  const labelValue = text(value['value']);
  // Some dumps show a label's href only (traffic.md §4.1): without its key there is no dimension it could belong to.
  return key === null || labelValue === null ? [] : [{ href: text(value['href']), key, value: labelValue }];
}

function workloadOf(raw: RecordWorkload): FlowWorkload {
  return {
    href: text(raw.href),
    name: text(raw.name),
    hostname: text(raw.hostname),
    osType: text(raw.os_type),
    managed: flag(raw.managed),
    endpoint: flag(raw.endpoint),
    enforcementMode: text(raw.enforcement_mode),
    labels: list(raw.labels).flatMap(labelOf),
  };
}

/** The checked form of a record's side; what has the wrong type counts as absent. */
export const endpointOf = (raw: RecordEndpoint): FlowEndpoint => ({
  ip: text(raw.ip),
  fqdn: text(raw.fqdn),
  workload: isObject(raw.workload) ? workloadOf(raw.workload) : null,
  ipLists: list(raw.ip_lists).flatMap((value) => namedRef(value) ?? []),
  virtualService: namedRef(raw.virtual_service),
  virtualServer: namedRef(raw.virtual_server),
});

const sameText = (known: string | null, raw: unknown): boolean =>
  known === raw || (known === null && raw === undefined);

function sameRef(known: NamedRef | null, raw: unknown): boolean {
  if (known === null) return raw === undefined;
  const other = raw as { readonly href?: unknown; readonly name?: unknown } | null | undefined;
  return sameText(known.href, other?.href) && sameText(known.name, other?.name);
}

function sameLabels(known: readonly FlowLabel[], raw: unknown): boolean {
  if (!Array.isArray(raw) || raw.length !== known.length) return false;
  for (let i = 0; i < known.length; i += 1) {
    const label = known[i];
    const other = raw[i] as { readonly href?: unknown; readonly key?: unknown; readonly value?: unknown } | null;
    if (label?.key !== other?.key || label?.value !== other?.value || label?.href !== other?.href) return false;
  }
  return true;
}

function sameWorkload(known: FlowWorkload | null, raw: RecordWorkload | undefined): boolean {
  if (known === null || raw === undefined || raw === null) return known === null && raw === undefined;
  return (
    sameText(known.href, raw.href) &&
    sameText(known.name, raw.name) &&
    sameText(known.hostname, raw.hostname) &&
    sameText(known.osType, raw.os_type) &&
    (known.managed === raw.managed || (known.managed === null && raw.managed === undefined)) &&
    (known.endpoint === raw.endpoint || (known.endpoint === null && raw.endpoint === undefined)) &&
    sameText(known.enforcementMode, raw.enforcement_mode) &&
    sameLabels(known.labels, raw.labels)
  );
}

function sameLists(known: readonly NamedRef[], raw: unknown): boolean {
  if (raw === undefined) return known.length === 0;
  return Array.isArray(raw) && raw.length === known.length && known.every((ref, i) => sameRef(ref, raw[i]));
}

/**
 * Whether `raw` says exactly what `known` says, without building anything: almost every record repeats an endpoint seen before. May say
 * no for an equal one (the slow path then decides), never yes for another.
 */
export const sameEndpoint = (known: FlowEndpoint, raw: RecordEndpoint): boolean =>
  sameText(known.ip, raw.ip) &&
  sameText(known.fqdn, raw.fqdn) &&
  sameWorkload(known.workload, raw.workload) &&
  sameLists(known.ipLists, raw.ip_lists) &&
  sameRef(known.virtualService, raw.virtual_service) &&
  sameRef(known.virtualServer, raw.virtual_server);

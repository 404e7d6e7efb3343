import { parseAddress, parseSpan } from '../../model/addresses/address.ts';
import type { JsonObject } from '../../core/json.ts';
import type { VersionedSeed } from '../estates/estate.ts';
import { type Csv, flagOf, listOf, type Row, shown } from './csv.ts';
import { draftHref, type Labels, labelRef, type Registry } from './registry.ts';

/** An object that is provisioned as it stands. */
export const provisioned = (id: string, body: JsonObject, nowMs: number, createdBy = 1): VersionedSeed => ({
  id,
  createdMs: nowMs,
  updatedMs: nowMs,
  createdBy,
  updatedBy: createdBy,
  active: body,
});

/** Label groups of `labelgroup-export`; `names` get all of them before members are looked up. */
export function importLabelGroups(
  { rows }: Csv,
  names: Registry,
  labels: Labels,
  nowMs: number,
): readonly VersionedSeed[] {
  const ids = rows.map((row) => names.add(row, row.text('href'), row.text('name')));
  return rows.map((row, index): VersionedSeed => {
    const key = row.text('key');
    return provisioned(
      ids[index] ?? '',
      {
        name: row.text('name'),
        description: row.text('description'),
        key,
        labels: listOf(row, 'member_labels').map((value) => labelRef(labels.id(row, key, value))),
        sub_groups: listOf(row, 'member_label_groups').map((name) => {
          const id = names.find(name);
          if (id === undefined) throw row.wrong(`there is no label group ${shown(name)} in the files`);
          return { href: draftHref('label_groups', id) };
        }),
      },
      nowMs,
    );
  });
}

/** IP lists of `ipl-export`. */
export const importIpLists = ({ rows }: Csv, names: Registry, nowMs: number): readonly VersionedSeed[] =>
  rows.map((row) => {
    const external = externalOf(row);
    return provisioned(
      names.add(row, row.text('href'), row.text('name')),
      {
        name: row.text('name'),
        description: row.text('description'),
        ...external,
        ip_ranges: [
          ...listOf(row, 'include').map((text) => rangeOf(row, text, false)),
          ...listOf(row, 'exclude').map((text) => rangeOf(row, text, true)),
        ],
        fqdns: listOf(row, 'fqdns').map((fqdn) => ({ fqdn })),
      },
      nowMs,
      builtIn(row.text('name')),
    );
  });

function rangeOf(row: Row, text: string, exclusion: boolean): JsonObject {
  // The export may carry a description behind a hash sign.
  const [range = ''] = text.split('#');
  const [from = '', to] = range.split('-').map((part) => part.trim());
  const span = to !== undefined && from.includes('/') ? null : parseSpan(from, to ?? null);
  const start = parseAddress(from.replace(/\/.*$/, ''));
  if (!span || start?.value !== span.start) throw row.wrong(`${shown(text)} is not a range of addresses`);
  return { from_ip: from, ...(to !== undefined && { to_ip: to }), exclusion };
}

const PROTOCOLS: Readonly<Record<string, number>> = { ICMP: 1, IGMP: 2, TCP: 6, UDP: 17, GRE: 47, ICMPV6: 58 };

/** Services of `svc-export`, which has a line for each port of a service. */
export function importServices({ rows }: Csv, names: Registry, nowMs: number): readonly VersionedSeed[] {
  const byName = Map.groupBy(rows, (row) => row.text('name'));
  return [...byName].flatMap(([name, lines]): VersionedSeed[] => {
    const [first] = lines;
    if (!first) return [];
    const windows = flagOf(first, false, 'is_windows_service');
    const category = first.text('ransomware_category');
    const body: JsonObject = {
      name,
      description: first.text('description'),
      [windows ? 'windows_services' : 'service_ports']:
        name === ALL_SERVICES ? [{ proto: -1 }] : lines.flatMap((row) => portsOf(row, windows)),
      risk_details: {
        ransomware:
          category === ''
            ? null
            : {
                category,
                severity: first.text('ransomware_severity'),
                os_platforms: listOf(first, 'ransomware_os_platform'),
              },
      },
    };
    return [provisioned(names.add(first, first.text('href'), name), body, nowMs, builtIn(name))];
  });
}

export const ANY_ADDRESS = 'Any (0.0.0.0/0 and ::/0)';
export const ALL_SERVICES = 'All Services';

/** 0, the system, for what every PCE has from its first day. */
const builtIn = (name: string): number => (name === ANY_ADDRESS || name === ALL_SERVICES ? 0 : 1);

function portsOf(row: Row, windows: boolean): readonly JsonObject[] {
  // Older exports have all ports in one column: `443 TCP;8000-8080 TCP`.
  if (row.text('service_ports') !== '') return listOf(row, 'service_ports').map((text) => portOf(row, text));
  const own = {
    ...(row.text('process_name') !== '' && { process_name: row.text('process_name') }),
    ...(windows && row.text('service_name') !== '' && { service_name: row.text('service_name') }),
  };
  const proto = row.text('protocol', 'proto');
  const ports = row.text('ports', 'port');
  if (proto === '' && Object.keys(own).length > 0) return [own];
  const icmp = (column: string): JsonObject => {
    const text = row.text(column);
    return /^\d{1,3}$/.test(text) ? { [column]: Number(text) } : {};
  };
  return [{ ...portOf(row, `${ports} ${proto}`), ...icmp('icmp_type'), ...icmp('icmp_code'), ...own }];
}

/** `443 TCP`, `8000-8080 UDP`, `ICMP`; protocols by name or number. */
export function portOf(row: Row, text: string): JsonObject {
  const [, from, to, protocol = ''] = /^\s*(?:(\d{1,5})(?:\s*-\s*(\d{1,5}))?\s+)?([A-Za-z0-9]+)\s*$/.exec(text) ?? [];
  const proto = /^\d{1,3}$/.test(protocol) ? Number(protocol) : PROTOCOLS[protocol.toUpperCase()];
  const [low, high] = [Number(from ?? 0), Number(to ?? from ?? 0)];
  if (proto === undefined || proto > 255 || high > 65_535 || high < low)
    throw row.wrong(`${shown(text)} is not a port and protocol`);
  // Other protocols have no ports, and exports write 0.
  if (proto !== 6 && proto !== 17) return { proto };
  if (from === undefined) return { proto };
  return { port: low, ...(high > low && { to_port: high }), proto };
}

export const protocolOf = (text: string): number | undefined =>
  /^\d{1,3}$/.test(text) ? Number(text) : PROTOCOLS[text.toUpperCase()];

/** Both external references, where a row has them. */
export function externalOf(row: Row): JsonObject {
  const dataSet = row.text('external_data_set', 'external_dataset');
  const reference = row.text('external_data_ref', 'external_data_reference', 'external_dataref');
  return {
    ...(dataSet !== '' && { external_data_set: dataSet }),
    ...(reference !== '' && { external_data_reference: reference }),
  };
}

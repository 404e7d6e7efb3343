import type { IpList } from '../../model/inventory.ts';
import { flag, optionalText, record, records, text } from './fields.ts';
import { versioned } from './versioned.ts';

/** objects.md §7.1. */
export function readIpList(value: unknown, org: string): IpList {
  const wire = record(value, 'IP list', org);
  return {
    ...versioned(wire),
    name: text(wire, 'name'),
    description: optionalText(wire, 'description'),
    ranges: records(wire, 'ip_ranges', 'range of an IP list').map((range) => ({
      from: text(range, 'from_ip'),
      to: optionalText(range, 'to_ip'),
      exclusion: flag(range, 'exclusion', false),
      description: optionalText(range, 'description'),
    })),
    fqdns: records(wire, 'fqdns', 'name of an IP list').map((name) => text(name, 'fqdn')),
  };
}

import type { Versioned } from '../../model/inventory.ts';
import type { SourceVirtualService } from '../../model/policy/source.ts';
import { hrefOf, list, number, optionalNumber, optionalText, record, records, reference, text } from './fields.ts';
import { versioned } from './versioned.ts';

export type VirtualService = SourceVirtualService &
  Versioned & { readonly name: string; readonly description: string | null };

/** objects.md §7.3. Bindings are a collection of their own and come empty. */
export function readVirtualService(value: unknown, org: string): VirtualService {
  const wire = record(value, 'virtual service', org);
  return {
    ...versioned(wire),
    name: text(wire, 'name'),
    description: optionalText(wire, 'description'),
    labels: records(wire, 'labels', 'label of a virtual service').map((label) => hrefOf(label)),
    ports: records(wire, 'service_ports', 'port of a virtual service').map((port) => ({
      proto: number(port, 'proto'),
      port: optionalNumber(port, 'port'),
      toPort: optionalNumber(port, 'to_port'),
    })),
    service: reference(wire, 'service'),
    addresses: records(wire, 'service_addresses', 'address of a virtual service').map((address) => ({
      ip: optionalText(address, 'ip'),
      fqdn: optionalText(address, 'fqdn'),
      port: optionalNumber(address, 'port'),
    })),
    ipOverrides: list(wire, 'ip_overrides').flatMap((address) => (typeof address === 'string' ? [address] : [])),
    bindings: [],
  };
}

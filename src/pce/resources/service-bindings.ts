import type { Href } from '../../core/href.ts';
import type { SourceVirtualService } from '../../model/policy/source.ts';
import { badAnswer } from '../http/failures.ts';
import { hrefOf, optionalNumber, records, record, reference, type Wire } from './fields.ts';

/** A virtual service on a workload. */
export interface ServiceBinding {
  readonly href: Href;
  /** Of the active policy: a binding is in force at once. */
  readonly virtualService: Href;
  /** A workload or a container workload. */
  readonly workload: Href;
  readonly portOverrides: SourceVirtualService['bindings'][number]['portOverrides'];
}

/** objects.md §7.3: the virtual service stands under either of two names. */
export function readServiceBinding(value: unknown, org: string): ServiceBinding {
  const wire = record(value, 'service binding', org);
  const virtualService = reference(wire, 'virtual_service') ?? reference(wire, 'bound_service');
  const workload = reference(wire, 'workload') ?? reference(wire, 'container_workload');
  if (virtualService === null || workload === null)
    throw badAnswer('The PCE sent a service binding without a virtual service or without a workload.');
  return {
    href: hrefOf(wire),
    virtualService,
    workload,
    portOverrides: records(wire, 'port_overrides', 'port override').flatMap(overrideOf),
  };
}

/** An override that leaves out what it moves is of no use without the virtual service's own port. */
function overrideOf(wire: Wire): ServiceBinding['portOverrides'] {
  const [proto, port, newPort] = ['proto', 'port', 'new_port'].map((field) => optionalNumber(wire, field));
  if (proto === undefined || proto === null || port === undefined || port === null) return [];
  if (newPort === undefined || newPort === null) return [];
  return [{ proto, port, newPort, newToPort: optionalNumber(wire, 'new_to_port') }];
}

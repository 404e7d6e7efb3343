import type { Service } from '../inventory.ts';
import { and, MAYBE, NO, or, type Tri, YES } from './tri.ts';

/** One line of a service. Null is "any"; a proto of null or -1 is every protocol. */
export interface ServiceEntry {
  readonly kind: Service['kind'];
  readonly proto: number | null;
  readonly port: number | null;
  readonly toPort: number | null;
  readonly icmpType: number | null;
  readonly icmpCode: number | null;
  readonly process: string | null;
  readonly windowsService: string | null;
}

/** What of a flow a service looks at. Absent facts are unknown. */
export interface ServiceFacts {
  readonly proto: number;
  readonly port?: number | undefined;
  readonly icmpType?: number | undefined;
  readonly icmpCode?: number | undefined;
  readonly process?: string | undefined;
  readonly windowsService?: string | undefined;
}

/** Where the match is asked. `os` of an end is null when unknown, and means nothing where no VEN runs. */
export interface ServicePlace {
  readonly end: 'source' | 'destination';
  readonly source: { readonly managed: boolean; readonly os: 'windows' | 'linux' | null };
  readonly destination: { readonly managed: boolean; readonly os: 'windows' | 'linux' | null };
}

const same = (wanted: number | null, known: number | undefined): Tri =>
  wanted === null ? YES : known === undefined ? MAYBE : wanted === known ? YES : NO;

/** Windows compares paths and service names without case. */
const sameName = (wanted: string | null, known: string | undefined): Tri =>
  wanted === null ? YES : known === undefined ? MAYBE : wanted.toLowerCase() === known.toLowerCase() ? YES : NO;

function portPart(entry: ServiceEntry, facts: ServiceFacts): Tri {
  if (entry.proto === null && entry.port === null) return YES;
  if (entry.proto === -1) return YES;
  if (entry.proto !== null && entry.proto !== facts.proto) return NO;
  if (entry.port !== null) {
    if (facts.port === undefined) return MAYBE;
    // Port 0 is a port like any other, not all ports (open-port-zero).
    return facts.port >= entry.port && facts.port <= (entry.toPort ?? entry.port) ? YES : NO;
  }
  return and(same(entry.icmpType, facts.icmpType), same(entry.icmpCode, facts.icmpCode));
}

/**
 * A Windows entry holds on Windows hosts and is checked where the process runs: for inbound services the destination, for egress
 * services the source. The other end cannot see the process and is programmed with the port part
 * (open-windows-process-at-a-managed-source), unless the host with the process is known to run something else.
 */
function windowsPart(entry: ServiceEntry, facts: ServiceFacts, place: ServicePlace): Tri {
  const home = entry.kind === 'windows' ? 'destination' : 'source';
  const { managed, os } = place[home];
  if (managed && os === 'linux') return NO;
  if (place.end !== home) return YES;
  const named = and(sameName(entry.process, facts.process), sameName(entry.windowsService, facts.windowsService));
  return os === 'windows' ? named : and(named, MAYBE);
}

/** Whether any entry covers the flow (objects.md §11.4). Ports are the destination's. */
export function serviceMatches(entries: readonly ServiceEntry[], facts: ServiceFacts, place: ServicePlace): Tri {
  let result: Tri = NO;
  for (const entry of entries) {
    const ports = portPart(entry, facts);
    if (ports === NO) continue;
    result = or(result, entry.kind === 'ports' ? ports : and(ports, windowsPart(entry, facts, place)));
    if (result === YES) return YES;
  }
  return result;
}

import type { OpenPoint } from './open-points.ts';
import { TCP, UDP } from '../services/protocols.ts';
import type { Peer } from './peers.ts';
import type { ServiceFacts } from '../services/match.ts';

const DNS = 53;
const DHCP: ReadonlySet<number> = new Set([67, 68]);

/**
 * Whether a VEN passes the flow at this end whatever the rules say (objects.md §11.1): traffic to its PCE, loopback, and as a DNS or DHCP
 * client. The list is not published: `note` names the choice where there was one.
 */
export function essentialAt(
  end: 'source' | 'destination',
  source: Peer,
  destination: Peer,
  { proto, port }: ServiceFacts,
  pcePorts: ReadonlySet<number>,
): { readonly note: OpenPoint | null } | null {
  if (source.isLoopback || destination.isLoopback) return { note: null };
  if (end === 'destination' || port === undefined) return null;
  if (destination.isPce && proto === TCP && pcePorts.has(port)) return { note: null };
  if (port === DNS && (proto === TCP || proto === UDP)) return { note: 'open-essential-dns' };
  return proto === UDP && DHCP.has(port) ? { note: 'open-essential-dns' } : null;
}

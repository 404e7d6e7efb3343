import ipaddr from 'ipaddr.js';
import type { FlowEndpoint } from './endpoint.ts';
import type { AddressKind } from './question.ts';

/** What ipaddr.js calls the ranges of RFC 6890 that are nobody's on the internet. */
const KINDS: Readonly<Record<string, AddressKind>> = {
  private: 'internal',
  uniqueLocal: 'internal',
  carrierGradeNat: 'internal',
  linkLocal: 'link-local',
  loopback: 'loopback',
  multicast: 'multicast',
  broadcast: 'broadcast',
  unspecified: 'broadcast',
};

/** The kind of an address no workload has; null for what is no address. Public addresses used inside a company count as internet. */
export function kindOfAddress(text: string): AddressKind | null {
  const bare = text.split('%', 1)[0] ?? '';
  if (!ipaddr.isValid(bare)) return null;
  return KINDS[ipaddr.process(bare).range()] ?? 'internet';
}

/** An endpoint without address is of the internet where it has a name, and of no kind otherwise. */
export function addressKind({ workload, ip, fqdn }: FlowEndpoint): AddressKind | null {
  if (workload !== null) return workload.managed === false ? 'unmanaged' : 'managed';
  if (ip === null) return fqdn === null ? null : 'internet';
  return kindOfAddress(ip);
}

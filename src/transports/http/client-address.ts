import ipaddr from 'ipaddr.js';

/** Networks of proxies that are believed, and whether an address lies in one of them. */
export function trustedNetworks(networks: readonly string[]): (address: string) => boolean {
  const ranges = networks.map((network) =>
    ipaddr.parseCIDR(network.includes('/') ? network : `${network}/${bitsOf(network)}`),
  );
  return function isTrusted(address) {
    if (!ipaddr.isValid(address)) return false;
    const parsed = ipaddr.process(address);
    return ranges.some(([range, bits]) => parsed.kind() === range.kind() && parsed.match([range, bits]));
  };
}

const bitsOf = (address: string): number => (address.includes(':') ? 128 : 32);

/**
 * Who sent a request: the nearest address that is no trusted proxy of ours. What a client writes into `X-Forwarded-For` itself is to the
 * left of it and ignored (attack 38).
 */
export function clientAddress(
  peer: string | undefined,
  forwardedFor: string | undefined,
  isTrusted: (address: string) => boolean,
): string | undefined {
  const hops = (forwardedFor ?? '').split(',').map((hop) => hop.trim());
  let nearest = peer;
  while (nearest !== undefined && isTrusted(nearest) && hops.length > 0) {
    const before = hops.pop();
    if (before === undefined || !ipaddr.isValid(before)) break;
    nearest = before;
  }
  return nearest;
}

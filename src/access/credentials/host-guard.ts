import { lookup as systemLookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';
import { Failure } from '../../core/errors.ts';

/** Where a caller wants their PCE key sent, read strictly. */
export interface Destination {
  /** Lower case, as it goes into a URL. */
  readonly host: string;
  readonly port: number;
}

export interface HostGuard {
  /** Reads host and port as a caller wrote them and checks what can be checked without asking anybody. Throws `pce_host_refused`. */
  read(host: string, port: number): Destination;
  /**
   * Resolves a name for one connection and hands over only addresses that were checked, so that the answer cannot change between check and
   * connect (attack 29). Undefined: an address was written, and `read` checked it.
   */
  lookup(destination: Destination): LookupFunction | undefined;
}

export interface HostGuardOptions {
  /** The only hosts allowed, `host` or `host:port`; they may be anywhere. Undefined: every host at an address where PCEs live. */
  readonly allowed: readonly string[] | undefined;
  /** DNS, for tests. */
  readonly resolve?: LookupFunction | undefined;
}

/**
 * Private addresses are where PCEs live, so they are allowed; this machine, the local link and the addresses at which clouds tell their
 * secrets are not, in whatever spelling (attack 27).
 */
export function createHostGuard({ allowed, resolve = systemLookup }: HostGuardOptions): HostGuard {
  const listed = allowed?.map((entry) => entry.toLowerCase());
  const isListed = ({ host, port }: Destination): boolean =>
    listed?.some((entry) => entry === host || entry === `${bracketed(host)}:${port}`) === true;

  return {
    read(text, port) {
      const destination = { host: strictHost(text), port };
      if (listed !== undefined) {
        if (!isListed(destination)) throw refused('It is not one of the hosts the operator allows.');
      } else if (isIP(destination.host) !== 0 && !isAllowedAddress(destination.host)) throw refused(NOT_A_PCE);
      else if (/(?:^|\.)localhost$/.test(destination.host)) throw refused(NOT_A_PCE);
      return destination;
    },
    lookup(destination) {
      if (isIP(destination.host) !== 0) return undefined;
      if (isListed(destination)) return resolve;
      return (hostname, options, callback) => {
        resolve(hostname, { ...options, all: true }, (error, found) => {
          const addresses = typeof found === 'string' ? [] : found;
          const failure =
            error ??
            (addresses.length > 0 && addresses.every(({ address }) => isAllowedAddress(address))
              ? null
              : refused(NOT_A_PCE));
          const [first] = addresses;
          if (failure !== null || first === undefined) callback(failure ?? refused(NOT_A_PCE), '', 4);
          else if (options.all === true) callback(null, addresses);
          else callback(null, first.address, first.family);
        });
      };
    },
  };
}

const NOT_A_PCE = 'It is at an address where no PCE lives.';

const refused = (why: string) =>
  new Failure('pce_host_refused', { message: `PCE keys may not be sent to that host. ${why}` });

const bracketed = (host: string): string => (host.includes(':') ? `[${host}]` : host);

/**
 * A name in plain ASCII, a dotted IPv4 address or an IPv6 address, and nothing around it. What a URL parser would read as something else
 * (octal, one number, a trailing dot, other digits) is refused, never normalised.
 */
function strictHost(text: string): string {
  const host = text.replace(/^\[(.*)\]$/, '$1').toLowerCase();
  const name = /^(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
  if (isIP(host) === 0 && !name.test(host))
    throw new Failure('pce_host_refused', {
      message: 'That is not a host name: write it without scheme, port, path or trailing dot.',
    });
  // The other reading: WHATWG URL must agree that it is this very host.
  if (isIP(host) !== 6 && URL.parse(`https://${host}/`)?.hostname !== host) throw refused('Its spelling is ambiguous.');
  return host;
}

/** Cloud metadata that is not on the local link: AWS over IPv6, Alibaba, Azure's wire server. */
const METADATA = new Set(['fd00:ec2::254', '100.100.100.200', '168.63.129.16']);

const WHERE_PCES_LIVE = new Set(['unicast', 'private', 'uniqueLocal', 'carrierGradeNat']);

function isAllowedAddress(text: string): boolean {
  // With a zone it is a link-local one.
  if (text.includes('%') || !ipaddr.isValid(text)) return false;
  // IPv4 inside IPv6 is what it is outside.
  const address = ipaddr.process(text);
  return WHERE_PCES_LIVE.has(address.range()) && !METADATA.has(address.toString());
}

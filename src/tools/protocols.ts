import { Failure } from '../core/errors.ts';
import { protocolName, protocolNumber } from '../model/services/protocols.ts';

/** The protocol a caller names (`tcp`, `6`) by number. Throws `invalid_arguments` for what is none. */
export function protocolArgument(name: string): number {
  const number = protocolNumber(name.trim());
  if (number !== null) return number;
  throw new Failure('invalid_arguments', {
    message: `There is no protocol "${name.slice(0, 40)}".`,
    remedy: 'Use tcp, udp, icmp, icmpv6 or an IANA number from 0 to 255.',
  });
}

/** `443/tcp`, `30000-32767/tcp`, `icmp`: a port as people write it. */
export function portText(proto: number | null, port: number | null, toPort: number | null = null): string {
  const name = proto === null ? 'any' : protocolName(proto);
  if (port === null) return name;
  return `${toPort === null ? port : `${port}-${toPort}`}/${name}`;
}

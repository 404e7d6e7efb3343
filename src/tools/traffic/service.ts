import type { InnerValues } from '../../model/flows/question.ts';
import { hasPorts, protocolName } from '../../model/services/protocols.ts';
import { present } from '../present.ts';
import { portText } from '../protocols.ts';

type Value = string | null | undefined;

/** Protocol and port of a group of flows as fields. Flows without ports say port 0 or none (traffic.md §4.1): then there is none. */
export function serviceFields(proto: Value, port: Value): { readonly port?: number; readonly proto?: string } {
  const { number, portNumber } = numbers(proto, port);
  return present({ port: portNumber, proto: number === null ? null : protocolName(number) });
}

/** `443/tcp`, `icmp`. */
export function serviceText(proto: Value, port: Value): string {
  const { number, portNumber } = numbers(proto, port);
  return portText(number, portNumber);
}

function numbers(proto: Value, port: Value): { readonly number: number | null; readonly portNumber: number | null } {
  const number = proto ? Number(proto) : null;
  const portNumber = port && (number === null || hasPorts(number) || port !== '0') ? Number(port) : null;
  return { number, portNumber };
}

/** `443/tcp, 8443/tcp, and 2 more`: the busiest services of a group asked for by `proto` and `port`. */
export function servicesText(ports: InnerValues | undefined): readonly string[] {
  if (ports === undefined) return [];
  const named = ports.top.map(({ key: [proto, port] }) => serviceText(proto, port));
  return ports.count > named.length ? [...named, `and ${ports.count - named.length} more`] : named;
}

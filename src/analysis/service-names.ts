import type { Service } from '../model/inventory.ts';
import { type KnownPort, knownPort } from './known-ports.ts';

/** What a port is called and by whom. */
export interface ServiceName {
  readonly name: string;
  /** `pce`: a service object of the policy; `well-known`: the table of usual ports. */
  readonly from: 'pce' | 'well-known';
  /** What usually runs there; null for ports only the PCE names. */
  readonly known: KnownPort | null;
}

interface Named {
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

/** A service that covers more ports than this says nothing about one of them (`All Services`, dynamic ranges). */
const MAX_PORTS = 64;

/** Names ports by the narrowest service object that covers them, else by the table of well-known ports; null where neither knows. */
export function serviceNamer(services: readonly Service[]): (proto: number, port: number) => ServiceName | null {
  const byProto = new Map<number, Named[]>();
  for (const { name, ports } of services)
    for (const { proto, port, toPort } of ports) {
      if (proto === null || port === null) continue;
      const to = toPort ?? port;
      if (to - port >= MAX_PORTS) continue;
      const list = byProto.get(proto) ?? [];
      list.push({ name, from: port, to });
      byProto.set(proto, list);
    }
  for (const list of byProto.values())
    list.sort((a, b) => a.to - a.from - (b.to - b.from) || Number(a.name > b.name) - Number(a.name < b.name));
  return (proto, port) => {
    const own = byProto.get(proto)?.find(({ from, to }) => from <= port && port <= to);
    const known = knownPort(port, proto);
    if (own !== undefined) return { name: own.name, from: 'pce', known };
    return known === null ? null : { name: known.name, from: 'well-known', known };
  };
}

import type { Rule, Service, ServicePort, ServiceRef } from '../../model/inventory.ts';

export interface Wanted {
  readonly port: number | undefined;
  readonly proto: number | undefined;
}

/** Whether a rule holds for a port, of a protocol where one is given; also inside ranges and services, `All Services` included. */
export function coversPort({ services }: Rule, wanted: Wanted, byHref: ReadonlyMap<string, Service>): boolean {
  const matches = ({ proto, port, toPort }: Pick<ServicePort, 'proto' | 'port' | 'toPort'>): boolean => {
    if (proto !== null && proto !== -1 && wanted.proto !== undefined && proto !== wanted.proto) return false;
    if (wanted.port === undefined) return true;
    if (port === null) return proto === null || proto === -1 || proto === 6 || proto === 17;
    return port <= wanted.port && wanted.port <= (toPort ?? port);
  };
  return services.some((ref: ServiceRef) =>
    ref.kind === 'ports' ? matches(ref) : (byHref.get(ref.href)?.ports.some(matches) ?? false),
  );
}

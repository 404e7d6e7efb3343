import { Failure } from '../core/errors.ts';
import { draftHref, href as parseHref, typeOf } from '../core/href.ts';
import type { JsonObject } from '../core/json.ts';
import type { RuleKind, Service, ServiceRef } from '../model/inventory.ts';
import { hasPorts, protocolName, protocolNumber, TCP } from '../model/services/protocols.ts';
import { type RefSource, refuseDeleted } from './refs.ts';

/** A service of a rule as callers write it: exactly one of a port, an href or an exact name. */
export interface ServiceItem {
  readonly port?: number | undefined;
  readonly to_port?: number | undefined;
  readonly proto?: string | undefined;
  readonly href?: string | undefined;
  readonly service?: string | undefined;
}

export interface ServicePick {
  readonly ref: ServiceRef;
  readonly wire: JsonObject;
  readonly words: string;
  /** The service object; null for a port written into the rule. */
  readonly service: Service | null;
}

export type ServiceField = 'ingress_services' | 'egress_services';

/**
 * The services of a rule (objects.md §8.3). Throws `egress_service_in_ingress` and `process_qualified_deny_unsupported` where the
 * PCE would take a service that cannot mean what it says.
 */
export async function resolveServices(
  items: readonly ServiceItem[],
  field: ServiceField,
  kind: RuleKind,
  source: RefSource,
): Promise<readonly ServicePick[]> {
  if (items.length === 0)
    throw new Failure('invalid_arguments', {
      message: `${field} is empty.`,
      remedy:
        'Give [{"port":443,"proto":"tcp"}], [{"service":"HTTPS"}] or an href; every service is {"service":"All Services"}.',
    });
  const picks: ServicePick[] = [];
  for (const item of items) {
    const pick = await pickOf(item, field, source);
    if (pick.service !== null) refuseUnfit(pick.service, field, kind);
    picks.push(pick);
  }
  return [...new Map(picks.map((pick) => [JSON.stringify(pick.ref), pick])).values()];
}

async function pickOf(item: ServiceItem, field: ServiceField, source: RefSource): Promise<ServicePick> {
  const { href, service: name } = item;
  const byPort = item.port !== undefined || item.to_port !== undefined || item.proto !== undefined;
  if (Number(byPort) + Number(href !== undefined) + Number(name !== undefined) !== 1)
    throw new Failure('invalid_arguments', {
      message: `An entry of ${field} is exactly one of port (with to_port, proto), href or service.`,
    });
  if (byPort) {
    if (field === 'egress_services')
      throw new Failure('invalid_arguments', { message: 'egress_services takes services by name or href, not ports.' });
    return portPick(item);
  }
  const service = name === undefined ? await serviceAt(href ?? '', source) : await serviceNamed(name, source);
  refuseDeleted(service.href, service.updateType);
  return {
    ref: { kind: 'service', href: service.href },
    wire: { href: service.href },
    words: service.name,
    service,
  };
}

const serviceNamed = (name: string, { view, signal }: RefSource): Promise<Service> =>
  view.resolve.service(name, 'draft', { signal });

async function serviceAt(given: string, { view, signal }: RefSource): Promise<Service> {
  const href = draftHref(parseHref(given));
  const services = typeOf(href) === 'services' ? (await view.services('draft', {}, { signal })).items : [];
  const found = services.find((service) => service.href === href);
  if (found === undefined) throw new Failure('not_found', { message: `There is no service ${href}.`, data: { href } });
  return found;
}

/** Throws `invalid_arguments` for a port that is none and a range that does not rise. */
export function checkPorts(low: number | undefined, high: number | undefined): void {
  const wrong = [low, high].find((port) => port !== undefined && (port < 0 || port > 65_535));
  if (wrong !== undefined) throw new Failure('invalid_arguments', { message: `${wrong} is no port: 0 to 65535.` });
  if (high !== undefined && (low === undefined || high <= low))
    throw new Failure('invalid_arguments', { message: 'to_port must be above port.' });
}

function portPick({ port, to_port: toPort, proto: named = 'tcp' }: ServiceItem): ServicePick {
  const proto = protocolNumber(named.trim());
  if (proto === null || !hasPorts(proto))
    throw new Failure('invalid_arguments', {
      message: `Only tcp and udp can stand in a rule without a service object, not ${named.slice(0, 20)}.`,
      remedy: 'Name a service, e.g. {"service":"ICMP"}.',
    });
  checkPorts(port, toPort);
  return {
    ref: { kind: 'ports', proto, port: port ?? null, toPort: toPort ?? null },
    wire: { ...(port !== undefined && { port }), ...(toPort !== undefined && { to_port: toPort }), proto },
    words:
      port === undefined
        ? `every ${protocolName(proto)} port`
        : `${toPort === undefined ? port : `${port}-${toPort}`}/${proto === TCP ? 'tcp' : 'udp'}`,
    service: null,
  };
}

function refuseUnfit(service: Service, field: ServiceField, kind: RuleKind): void {
  if (field === 'ingress_services' && service.kind === 'windows_egress')
    throw new Failure('egress_service_in_ingress', { data: { service: service.name, href: service.href } });
  if (kind !== 'allow' && isProcessQualified(service))
    throw new Failure('process_qualified_deny_unsupported', { data: { service: service.name, href: service.href } });
}

/** Whether a service holds only for some processes or Windows services. */
export const isProcessQualified = ({ process, ports }: Service): boolean =>
  process !== null || ports.some((port) => port.process !== null || port.windowsService !== null);

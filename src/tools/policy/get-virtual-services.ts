import type { Href } from '../../core/href.ts';
import type { ServiceBinding } from '../../pce/resources/service-bindings.ts';
import type { VirtualService } from '../../pce/resources/virtual-services.ts';
import { envelope } from '../envelope.ts';
import { described, integer, oneOf, text, texts } from '../fields.ts';
import { labelFilter, labelTerm } from '../label-argument.ts';
import { byNameThenHref, capped, plural } from '../listing.ts';
import { present } from '../present.ts';
import { portText } from '../protocols.ts';
import { readBindings } from '../service-bindings.ts';
import { defineTool } from '../tool.ts';

interface VirtualServiceRow {
  readonly href: string;
  readonly name: string;
  readonly description?: string;
  readonly labels: readonly string[];
  readonly service?: string;
  readonly ports: readonly string[];
  readonly addresses: readonly string[];
  readonly ip_overrides: readonly string[];
  readonly bound_workloads: readonly string[];
  readonly bound_count: number;
  readonly update_type?: string;
}

/** Workloads named in a row; more are counted. */
const MAX_NAMED = 5;

export default defineTool({
  name: 'get-virtual-services',
  title: 'List virtual services',
  description:
    'Lists virtual services with labels, ports, addresses and the workloads they are bound to (draft unless told). For port definitions used in rules use get-services.',
  toolset: 'policy',
  effect: 'read',
  input: {
    type: 'object',
    properties: {
      name: described(text, 'Part of the name'),
      labels: described(text, 'app=ordering env=prod|dev, or list of hrefs'),
      policy: described(oneOf('draft', 'active'), 'Policy version (default draft)'),
      max_results: described({ ...integer, minimum: 1 }, 'List at most so many (default all)'),
    },
  },
  output: envelope(
    {
      href: text,
      name: text,
      description: text,
      labels: texts,
      service: text,
      ports: texts,
      addresses: texts,
      ip_overrides: texts,
      bound_workloads: texts,
      bound_count: integer,
      update_type: text,
    },
    { total_count: integer, policy: text, bound: integer },
  ),
  example: { name: 'api' },
  columns: [
    { header: 'name', value: (row: VirtualServiceRow) => row.name },
    { header: 'labels', value: (row: VirtualServiceRow) => row.labels.join(' ') },
    { header: 'service', value: (row: VirtualServiceRow) => row.service },
    { header: 'ports', value: (row: VirtualServiceRow) => row.ports.join(', ') },
    { header: 'addresses', value: (row: VirtualServiceRow) => row.addresses.join(', ') },
    { header: 'overrides', value: (row: VirtualServiceRow) => row.ip_overrides.join(', ') },
    { header: 'bound', value: (row: VirtualServiceRow) => row.bound_count },
    { header: 'bound to', value: (row: VirtualServiceRow) => row.bound_workloads.join(', ') },
    { header: 'description', value: (row: VirtualServiceRow) => row.description },
    { header: 'pending', value: (row: VirtualServiceRow) => row.update_type },
    { header: 'href', value: (row: VirtualServiceRow) => row.href },
  ],

  async run({ name, labels, policy = 'draft', max_results: maxResults }, { pce, signal }) {
    const wanted = await labelFilter(labels, pce.resolve, { signal });
    const [listing, known, services, bindings] = await Promise.all([
      pce.virtualServices(policy, { signal }),
      pce.labels({}, { signal }),
      pce.services(policy, {}, { signal }),
      readBindings(pce, { signal }),
    ]);
    const found = listing.items
      .filter((service) => name === undefined || service.name.toLowerCase().includes(name.toLowerCase()))
      .filter(
        (service) => wanted === undefined || wanted.some((all) => all.every((href) => service.labels.includes(href))),
      )
      .sort(byNameThenHref((service) => service.name));
    const { shown, coverage } = capped(listing, found, maxResults);
    const hosts = bindings.count === 0 ? new Map<Href, string>() : await hostNames();
    const names: Names = {
      labels: new Map(known.items.map(({ href, key, value }) => [href, labelTerm(key, value)])),
      services: new Map(services.items.map((service) => [service.href, service.name])),
      hosts,
    };
    const used = found.filter(({ href }) => bindings.of(href).length > 0).length;
    return {
      answer:
        found.length === 0
          ? `No virtual service matches in the ${policy} policy.`
          : `${plural(found.length, 'virtual service')} in the ${policy} policy, ${used} bound to workloads.`,
      items: shown.map((service) => row(service, bindings.of(service.href), names)),
      totals: { total_count: found.length, policy, bound: used },
      coverage: bindings.complete
        ? coverage
        : { ...coverage, truncated: true, gaps: [...coverage.gaps, 'bindings of workloads that the PCE did not tell'] },
    };

    async function hostNames(): Promise<ReadonlyMap<Href, string>> {
      const { items } = await pce.workloads({}, { signal });
      return new Map(items.map((workload) => [workload.href, workload.name ?? workload.hostname ?? workload.href]));
    }
  },
});

interface Names {
  readonly labels: ReadonlyMap<Href, string>;
  readonly services: ReadonlyMap<Href, string>;
  readonly hosts: ReadonlyMap<Href, string>;
}

/** With the workloads it is bound to by name, the first of them. */
const row = (service: VirtualService, bindings: readonly ServiceBinding[], names: Names): VirtualServiceRow => ({
  href: service.href,
  name: service.name,
  ...present({ description: service.description === '' ? null : service.description }),
  labels: service.labels.map((label) => names.labels.get(label) ?? label),
  ...present({ service: service.service === null ? null : (names.services.get(service.service) ?? service.service) }),
  ports: service.ports.map(({ proto, port, toPort }) => portText(proto, port === -1 ? null : port, toPort)),
  addresses: service.addresses.map(({ ip, fqdn, port }) => `${ip ?? fqdn ?? ''}${port === null ? '' : `:${port}`}`),
  ip_overrides: service.ipOverrides,
  bound_workloads: bindings.slice(0, MAX_NAMED).map(({ workload }) => names.hosts.get(workload) ?? workload),
  bound_count: bindings.length,
  ...present({ update_type: service.updateType }),
});

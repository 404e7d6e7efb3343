import { addressKind } from './address-kind.ts';
import type { FlowEndpoint, FlowWorkload, NamedRef } from './endpoint.ts';
import { partyOf } from './party.ts';

type Names = readonly string[];

/** Something an endpoint has. */
export interface EndpointValue {
  readonly of: (endpoint: FlowEndpoint) => Names;
  /** Endpoints with the same of this have the same value; null where nothing says so. A table keeps equal workloads and lists once. */
  readonly dependsOn: (endpoint: FlowEndpoint) => object | null;
}

const nameOf = (ref: NamedRef | null): string | null => ref?.name ?? ref?.href ?? null;
const listed = (value: string | null): Names => (value === null ? [] : [value]);
const flag = (value: boolean | null): Names => listed(value === null ? null : `${value}`);

const ofEndpoint = (of: EndpointValue['of']): EndpointValue => ({ of, dependsOn: () => null });
const ofWorkload = (of: (workload: FlowWorkload) => Names): EndpointValue => ({
  of: ({ workload }) => (workload === null ? [] : of(workload)),
  dependsOn: ({ workload }) => workload,
});

const VALUES: Readonly<Record<string, EndpointValue>> = {
  '': ofEndpoint(({ workload, fqdn, ip }) => listed(workload?.name ?? workload?.hostname ?? fqdn ?? ip)),
  ip: ofEndpoint(({ ip }) => listed(ip)),
  fqdn: ofEndpoint(({ fqdn }) => listed(fqdn)),
  workload: ofWorkload(({ href, name, hostname }) => listed(href ?? name ?? hostname)),
  hostname: ofWorkload(({ hostname }) => listed(hostname)),
  managed: ofWorkload(({ managed }) => flag(managed)),
  enforcement_mode: ofWorkload(({ enforcementMode }) => listed(enforcementMode)),
  os_type: ofWorkload(({ osType }) => listed(osType)),
  virtual_service: ofEndpoint(({ virtualService }) => listed(nameOf(virtualService))),
  virtual_server: ofEndpoint(({ virtualServer }) => listed(nameOf(virtualServer))),
  ip_list: {
    of: ({ ipLists }) => ipLists.flatMap((list) => nameOf(list) ?? []),
    dependsOn: ({ ipLists }) => ipLists,
  },
  address_kind: ofEndpoint((endpoint) => listed(addressKind(endpoint))),
};

export const ENDPOINT_NAMES: readonly string[] = Object.keys(VALUES);

const labelValue = (key: string): EndpointValue =>
  ofWorkload(({ labels }) => listed(labels.find((label) => label.key === key)?.value ?? null));

/** The value called `name`; any other name is that of a label key. */
export const endpointValue = (name: string): EndpointValue =>
  (Object.hasOwn(VALUES, name) ? VALUES[name] : undefined) ?? labelValue(name);

/** Who a person would name, workloads by their labels of the keys in `identity`. */
export const partyValue = (identity: readonly string[]): EndpointValue => ({
  of: (endpoint) => [partyOf(endpoint, identity)],
  dependsOn: ({ workload, fqdn, ipLists }) => workload ?? (fqdn === null ? ipLists : null),
});

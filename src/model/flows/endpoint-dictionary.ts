import { isObject } from '../../core/json.ts';
import { endpointOf, type FlowEndpoint, type FlowWorkload, type NamedRef, sameEndpoint } from './endpoint.ts';
import type { RecordEndpoint } from './record.ts';

/** Distinct endpoints, numbered in the order they came; the workload and the IP lists they share are kept once. */
export class EndpointDictionary {
  readonly #endpoints: FlowEndpoint[] = [];
  /** By endpoint: the number of its address; 0 without one. */
  readonly #addressOf: number[] = [];
  #addresses = 0;
  /** The latest endpoint of an address: the one the next record most likely repeats. */
  readonly #latest = new Map<string | null, number>();
  /** All endpoints of addresses that have more than one. */
  readonly #variants = new Map<string, number>();
  readonly #workloads = new Map<string, FlowWorkload>();
  readonly #lists = new Map<string, readonly NamedRef[]>();

  /** The endpoints by number. */
  all(): readonly FlowEndpoint[] {
    return this.#endpoints;
  }

  /** Equal for endpoints of one address; known until `seal`. */
  addressOf(id: number): number {
    return this.#addressOf[id] ?? 0;
  }

  idOf(raw: RecordEndpoint | undefined): number {
    const side: RecordEndpoint = isObject(raw) ? raw : {};
    const ip = typeof side.ip === 'string' && side.ip !== '' ? side.ip : null;
    const latest = this.#latest.get(ip);
    const known = latest === undefined ? undefined : this.#endpoints[latest];
    if (latest !== undefined && known !== undefined && sameEndpoint(known, side)) return latest;
    const endpoint = endpointOf(side);
    const id = latest === undefined ? this.#add(endpoint, this.#newAddress(ip)) : this.#variant(latest, endpoint);
    this.#latest.set(ip, id);
    return id;
  }

  /** Forgets what only adding needs. */
  seal(): void {
    this.#latest.clear();
    this.#variants.clear();
    this.#workloads.clear();
    this.#lists.clear();
    this.#addressOf.length = 0;
  }

  #newAddress(ip: string | null): number {
    if (ip === null) return 0;
    this.#addresses += 1;
    return this.#addresses;
  }

  #variant(latest: number, endpoint: FlowEndpoint): number {
    this.#variants.set(JSON.stringify(this.#endpoints[latest]), latest);
    const key = JSON.stringify(endpoint);
    const id = this.#variants.get(key) ?? this.#add(endpoint, this.addressOf(latest));
    this.#variants.set(key, id);
    return id;
  }

  #add(endpoint: FlowEndpoint, address: number): number {
    this.#addressOf.push(address);
    return (
      this.#endpoints.push({
        ...endpoint,
        workload: endpoint.workload === null ? null : this.#workload(endpoint.workload),
        ipLists: this.#listsOf(endpoint.ipLists),
      }) - 1
    );
  }

  /** Thousands of addresses are in the same lists. */
  #listsOf(lists: readonly NamedRef[]): readonly NamedRef[] {
    const key = JSON.stringify(lists);
    const known = this.#lists.get(key);
    if (known !== undefined) return known;
    this.#lists.set(key, lists);
    return lists;
  }

  #workload(workload: FlowWorkload): FlowWorkload {
    const key = JSON.stringify(workload);
    const known = this.#workloads.get(key);
    if (known !== undefined) return known;
    this.#workloads.set(key, workload);
    return workload;
  }
}

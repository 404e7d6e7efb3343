import { isObject } from '../../core/json.ts';
import { endpointOf, type FlowEndpoint, type FlowWorkload, type NamedRef, sameEndpoint } from './endpoint.ts';
import type { RecordEndpoint } from './record.ts';

interface Known {
  readonly id: number;
  readonly endpoint: FlowEndpoint;
}

/** Distinct endpoints, numbered in the order they came; the workload and the IP lists they share are kept once. */
export class EndpointDictionary {
  readonly #endpoints: FlowEndpoint[] = [];
  /** The latest endpoint of an address: the one the next record most likely repeats. */
  readonly #latest = new Map<string | null, Known>();
  /** All endpoints of addresses that have more than one. */
  readonly #variants = new Map<string, Known>();
  readonly #workloads = new Map<string, FlowWorkload>();
  readonly #lists = new Map<string, readonly NamedRef[]>();

  /** The endpoints by number. */
  all(): readonly FlowEndpoint[] {
    return this.#endpoints;
  }

  idOf(raw: RecordEndpoint | undefined): number {
    const side: RecordEndpoint = isObject(raw) ? raw : {};
    const ip = typeof side.ip === 'string' && side.ip !== '' ? side.ip : null;
    const latest = this.#latest.get(ip);
    if (latest !== undefined && sameEndpoint(latest.endpoint, side)) return latest.id;
    const endpoint = endpointOf(side);
    const known = latest === undefined ? this.#add(endpoint) : this.#variant(latest, endpoint);
    this.#latest.set(ip, known);
    return known.id;
  }

  /** Forgets what only adding needs. */
  seal(): void {
    this.#latest.clear();
    this.#variants.clear();
    this.#workloads.clear();
    this.#lists.clear();
  }

  #variant(latest: Known, endpoint: FlowEndpoint): Known {
    this.#variants.set(JSON.stringify(latest.endpoint), latest);
    const key = JSON.stringify(endpoint);
    const known = this.#variants.get(key) ?? this.#add(endpoint);
    this.#variants.set(key, known);
    return known;
  }

  #add(endpoint: FlowEndpoint): Known {
    const id = this.#endpoints.length;
    const kept = {
      ...endpoint,
      workload: endpoint.workload === null ? null : this.#workload(endpoint.workload),
      ipLists: this.#listsOf(endpoint.ipLists),
    };
    this.#endpoints.push(kept);
    return { id, endpoint: kept };
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

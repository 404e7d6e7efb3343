import { Failure } from '../../core/errors.ts';
import type { PceHttp } from '../http/http.ts';
import { type Boundary, readBoundary } from '../resources/enforcement-boundaries.ts';
import { readVirtualService, type VirtualService } from '../resources/virtual-services.ts';
import type { Listing, PolicyVersion, ReadOptions } from '../view.ts';
import { policyPath, readList } from './reads.ts';

export const readVirtualServices = (
  http: PceHttp,
  version: PolicyVersion,
  options: ReadOptions,
): Promise<Listing<VirtualService>> =>
  readList(
    http,
    {
      path: policyPath(http, version, 'virtual_services'),
      query: {},
      convert: (value) => readVirtualService(value, http.orgId),
    },
    options,
  );

const NONE: Listing<never> = { items: [], matched: 0, complete: true, cap: null };

/** Enforcement boundaries; none on tenants that have deny rules in their place and do not know the collection. */
export async function readBoundaries(
  http: PceHttp,
  version: PolicyVersion,
  options: ReadOptions,
): Promise<Listing<Boundary>> {
  try {
    const path = policyPath(http, version, 'enforcement_boundaries');
    return await readList(http, { path, query: {}, convert: (value) => readBoundary(value, http.orgId) }, options);
  } catch (error) {
    if (error instanceof Failure && error.code === 'pce_not_found') return NONE;
    throw error;
  }
}

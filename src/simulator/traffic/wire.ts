import { isoSeconds } from './iso-seconds.ts';
import type { TrafficQuery } from './desk.ts';

/**
 * A query as the API shows it. The order of the keys is the official sample's: a Go client stops decoding at a date it cannot read in
 * `query_parameters`, so what it needs comes before (traffic.md §2.3).
 */
export function queryObject(query: TrafficQuery): Readonly<Record<string, unknown>> {
  const status = query.status();
  const counts = status === 'completed' ? query.counts() : null;
  const rules = query.rules();
  return {
    ...(counts && { matches_count: counts.matches, flows_count: counts.flows }),
    status,
    href: query.href,
    ...(status === 'completed' && { result: `${query.href}/download` }),
    // A client in use reads the message of a failed query here (traffic.md §2.2).
    ...(status === 'failed' && { result: { message: 'The query could not be completed' } }),
    ...(rules !== null && { rules }),
    created_by: { href: query.owner },
    query_parameters: query.parameters,
    created_at: isoSeconds(query.createdMs),
    updated_at: isoSeconds(query.updatedMs()),
  };
}

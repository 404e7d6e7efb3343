/** Choices about traffic queries where the fact sheets say UNVERIFIED or contradict each other, each with its section. */

/** traffic.md §2.4: what an absent `max_results` means; the SDK's own default. */
export const DEFAULT_MAX_RESULTS = 100_000;
/** traffic.md §2.2: results stay for a day, then the href answers 404. */
export const RESULT_LIFE_MS = 24 * 3_600_000;
/** traffic.md §16.1: a cancelled query is `cancel_requested` for a while, then gone. */
export const CANCELLED_LIFE_MS = 60_000;

/*
 * Also chosen here, and visible where it is done:
 * - an empty side is any, in `or` queries too (§2.5), so `or` with one empty side is everything;
 * - `exclude_workloads_from_ip_list_query` concerns includes only (§2.7): an excluded list removes every address in it;
 * - a process or Windows service name of a filter is compared whole (§2.5);
 * - `matches_count` counts the daily rows of the traffic database, before aggregation, limits and RBAC (§2.3);
 * - `ip_lists` stand on addresses that are no workload, with draft hrefs, read from the active policy (§4.1 and the published schema);
 * - byte columns of the CSV are plain integers, Managed is True or False (§4.3);
 * - `update_rules` computes every row, whatever its offset and limit (§2.9).
 */

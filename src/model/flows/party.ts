import type { FlowEndpoint } from './endpoint.ts';

/** Label keys that name an application unless told otherwise. */
export const DEFAULT_IDENTITY: readonly string[] = ['app', 'env'];

// The built-in list of every address is on every row and tells nothing (objects.md §7.1).
const EVERYTHING = 'Any (0.0.0.0/0 and ::/0)';

/** Addresses of all: whoever they are sent to, it is no place. */
export const TO_MANY = ['broadcast', 'multicast'] as const;

/** `ordering (prod)`, `unlabelled`, `external:api.example.com`, `external:Partner, Acquirers`, `external:unlisted`. */
export function partyOf({ workload, fqdn, ipLists }: FlowEndpoint, identity: readonly string[]): string {
  if (workload === null) {
    const lists = ipLists.flatMap(({ name, href }) => name ?? href ?? []).filter((name) => name !== EVERYTHING);
    return `external:${fqdn ?? (lists.join(', ') || 'unlisted')}`;
  }
  const [first, ...rest] = identity.map((key) => workload.labels.find((label) => label.key === key)?.value);
  const others = rest.filter((value) => value !== undefined);
  return `${first ?? 'unlabelled'}${others.length === 0 ? '' : ` (${others.join(', ')})`}`;
}

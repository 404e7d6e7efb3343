import { type Href, isHref } from '../core/href.ts';

/**
 * An href as a PCE writes it (a leading `/api/v2` tolerated, traffic.md §1.1), if it belongs to this org or to none (`/users/0`,
 * `/system_events/…`); null for another org's and for what is no href (attacks 28, 31, 32).
 */
export function ownHref(text: string, org: string): Href | null {
  const bare = text.startsWith('/api/v2/') ? text.slice('/api/v2'.length) : text;
  if (!isHref(bare)) return null;
  return bare.startsWith('/orgs/') && !bare.startsWith(`/orgs/${org}/`) ? null : bare;
}

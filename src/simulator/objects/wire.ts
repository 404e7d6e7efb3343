import type { Caller } from '../world.ts';

/** RFC 3339 in UTC with milliseconds, as every object carries its times (objects.md §1.3). */
export const isoTime = (ms: number): string => new Date(ms).toISOString();

export const isoTimeOrNull = (ms: number | null): string | null => (ms === null ? null : isoTime(ms));

/** `/users/0` is the system. */
export const userHref = (id: number): string => `/users/${id}`;

export const labelHref = (orgId: number, id: number): string => `/orgs/${orgId}/labels/${id}`;
export const workloadHref = (orgId: number, id: string): string => `/orgs/${orgId}/workloads/${id}`;
export const venHref = (orgId: number, id: string): string => `/orgs/${orgId}/vens/${id}`;

/** The last segment of an href, query removed. */
export const lastSegment = (href: string): string => href.replace(/\?.*$/, '').split('/').at(-1) ?? '';

/** The id of an href of exactly this collection (`/orgs/1/labels`), or null. */
export function idIn(collection: string, href: unknown): string | null {
  if (typeof href !== 'string' || !href.startsWith(`${collection}/`)) return null;
  const id = href.slice(collection.length + 1);
  return /^[A-Za-z0-9-]+$/.test(id) ? id : null;
}

/** The id of a label's href, or null. Only digits count: `0x8` and `8.0` are no ids. */
export function labelIdIn(orgId: number, href: unknown): number | null {
  const id = idIn(`/orgs/${orgId}/labels`, href);
  return id === null ? null : integerId(id);
}

/** An integer id as a path or href spells it, or null. */
export const integerId = (text: string | undefined): number | null =>
  text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : null;

/** What the caller may do with a thing it may write (objects.md §1.3): nothing for a read-only key. */
export const capsFor = (caller: Caller, caps: readonly string[]): readonly string[] =>
  caller.permission === 'read_only' ? [] : caps;

import { isObject, type JsonObject, type JsonValue } from '../../../core/json.ts';
import { HOUR } from '../calendar.ts';
import type { VersionedSeed } from '../estate.ts';
import { nameOf } from './seeds.ts';

interface PendingContext {
  readonly nowMs: number;
  /** The two people with unfinished work. */
  readonly authors: readonly [number, number];
}

type Kind = 'ruleSets' | 'ipLists' | 'services';
type Edit = (body: JsonObject) => JsonObject | null;

/** Replaces the first rule of a list that fits, in a copy of the body. */
const editRule =
  (list: 'rules' | 'deny_rules', fits: (rule: JsonObject) => boolean, change: JsonObject): Edit =>
  (body) => {
    const rules = (Array.isArray(body[list]) ? body[list] : []) as readonly JsonObject[];
    const index = rules.findIndex(fits);
    return index < 0 ? null : { ...body, [list]: rules.with(index, { ...rules[index], ...change }) };
  };

const enabled = (rule: JsonObject): boolean => rule['enabled'] === true;
const disabled = (rule: JsonObject): boolean => rule['enabled'] === false;
const append =
  (field: string, ...items: readonly JsonValue[]): Edit =>
  (body) => ({ ...body, [field]: [...((body[field] ?? []) as readonly JsonValue[]), ...items] });

/**
 * The seven pending items, by two authors (users.md §5.6). Planted issue P17 is the first: the draft disables the deny of the tokenizer's
 * ringfence. Nothing is added or removed, so draft and active have the same number of objects, rules and disabled rules.
 */
const EDITS: readonly (readonly [kind: Kind, name: string, author: 0 | 1, edit: Edit | 'delete'])[] = [
  ['ruleSets', 'RF | tokenizer | prod', 1, editRule('deny_rules', enabled, { enabled: false })],
  ['ruleSets', 'CORE | Patching', 0, editRule('rules', disabled, { enabled: true })],
  ['ruleSets', 'APP | crm | prod', 1, editRule('rules', enabled, { description: 'reviewed by the CRM team' })],
  ['ruleSets', 'TMP | CHG-4310', 0, 'delete'],
  ['ipLists', 'Partner-Logistics', 1, append('ip_ranges', { from_ip: '198.51.100.192/28', exclusion: false })],
  ['ipLists', 'SaaS-M365', 0, append('fqdns', { fqdn: '*.sharepoint.example' })],
  ['services', 'ORDERING-8070', 1, append('service_ports', { port: 8071, proto: 6 })],
];

/** The lists with their pending drafts. */
export function addPending(
  lists: Record<Kind, readonly VersionedSeed[]>,
  { nowMs, authors }: PendingContext,
): Record<Kind, VersionedSeed[]> {
  const result = { ruleSets: [...lists.ruleSets], ipLists: [...lists.ipLists], services: [...lists.services] };
  EDITS.forEach(([kind, name, author, edit], i) => {
    const list = result[kind];
    const index = list.findIndex((seed) => nameOf(seed).startsWith(name));
    const seed = list[index];
    if (seed?.active === undefined || !isObject(seed.active)) return;
    const body = edit === 'delete' ? seed.active : edit(seed.active);
    if (body === null) return;
    list[index] = {
      ...seed,
      draft: {
        body,
        updateType: edit === 'delete' ? 'delete' : 'update',
        updatedMs: nowMs - (3 + i * 5) * HOUR,
        updatedBy: authors[author],
      },
    };
  });
  return result;
}

import type { Href } from '../core/href.ts';
import type { JsonObject, JsonValue } from '../core/json.ts';
import { digestOf, unversioned } from './digest.ts';
import { diffOfObjects, type RuleDiff } from './object-diff.ts';
import { mapHrefs } from './placeholders.ts';
import type { BareRequest, Check, FieldDiff } from './plan.ts';
import { bodyOf, canBeMadeAgain, KINDS } from './post-body.ts';
import { asReferences } from './steps.ts';
import { hrefOf, nameOf, policyTypeOf } from './wire.ts';

export interface Draft {
  readonly draft: JsonObject;
  /** Null where it was never provisioned. */
  readonly active: JsonObject | null;
}

export interface Reapplied {
  readonly requests: readonly BareRequest[];
  /** Parts of drafts that cannot be made again, in words. */
  readonly lost: readonly string[];
}

/**
 * The requests that put reverted drafts back: edits by PUT, deletions by DELETE, what was new by POST and so under another href, which
 * the requests after it use; each object only if it is still as the revert left it. Custom iptables rules and kinds this does not know are lost.
 */
export function reapply(drafts: readonly Draft[]): Reapplied {
  const requests: BareRequest[] = [];
  const lost: string[] = [];
  const made = new Map<string, string>();
  for (const one of inOrder(drafts)) {
    const own = requestsFor(one, requests.length);
    lost.push(...own.lost);
    if (own.made !== null) made.set(hrefOf(one.draft), own.made);
    requests.push(
      ...own.requests.map(({ body, ...request }) => ({
        ...request,
        body: mapHrefs(body, (href) => made.get(href) ?? href),
      })),
    );
  }
  return { requests, lost };
}

interface Own extends Reapplied {
  /** Stands for the href of what was new. */
  readonly made: string | null;
}

/** What puts one draft back, after `before` requests of other ones. */
function requestsFor({ draft, active }: Draft, before: number): Own {
  const href = hrefOf(draft);
  const type = policyTypeOf(href) ?? '';
  const what = `${type} ${nameOf(draft)}`;
  const { fields, rules } = diffOfObjects(active, draft);
  if (active === null) {
    if (!canBeMadeAgain(type))
      return { requests: [], lost: [`${what} (a new one of this kind cannot be made again)`], made: null };
    const made = `{+${before + 1}}`;
    const inside = ruleRequests(rules, made, nameOf(draft));
    return { requests: [creation(href, bodyOf(draft, type), what), ...inside.requests], lost: inside.lost, made };
  }
  const inside = ruleRequests(rules, href, nameOf(draft));
  const edits: readonly BareRequest[] =
    draft['update_type'] === 'delete'
      ? [{ method: 'DELETE', path: href, body: undefined, says: `delete ${what} again` }]
      : [
          ...(fields.length > 0
            ? [{ method: 'PUT' as const, path: href, body: valuesOf(fields, draft), says: `change ${what} again` }]
            : []),
          ...inside.requests,
        ];
  // Reverted, the draft says what the active policy says; whoever edited it since is not to be overwritten.
  const check: Check = { kind: 'unchanged', href, digest: digestOf(unversioned(active)), fields: null };
  return { requests: edits.map((edit, at) => (at === 0 ? { ...edit, check } : edit)), lost: inside.lost, made: null };
}

function creation(href: Href, body: JsonObject, what: string): BareRequest {
  const collection = href.slice(0, href.lastIndexOf('/'));
  const { name } = body;
  const named = typeof name === 'string' ? ({ collection, match: { name } } as const) : null;
  return {
    method: 'POST',
    path: collection,
    body,
    says: `create ${what} again`,
    ...(named === null ? {} : { check: { kind: 'absent', ...named }, trace: { kind: 'named', ...named } }),
  };
}

function ruleRequests(rules: readonly RuleDiff[], home: string, name: string): Reapplied {
  const what = `a rule of ${name}`;
  const lost = rules.filter(({ kind }) => kind === 'iptables').map(() => `an iptables rule of ${name}`);
  const requests = rules
    .filter(({ kind }) => kind !== 'iptables')
    .map(({ change, kind, href, fields, rule }): BareRequest => {
      if (change === 'delete') return { method: 'DELETE', path: href, body: undefined, says: `delete ${what} again` };
      if (change === 'update')
        return { method: 'PUT', path: href, body: valuesOf(fields, rule), says: `change ${what} again` };
      const list = `${home}/${kind === 'allow' ? 'sec_rules' : 'deny_rules'}`;
      const body = bodyOf(rule, kind === 'allow' ? 'sec_rules' : 'deny_rules');
      return { method: 'POST', path: list, body, says: `create ${what} again`, trace: { kind: 'new_in', list } };
    });
  return { requests, lost };
}

/** The values that the draft had in these fields. */
const valuesOf = (fields: readonly FieldDiff[], draft: JsonObject): JsonObject =>
  Object.fromEntries(fields.map(({ field }): [string, JsonValue] => [field, asReferences(field, draft[field])]));

/** What is new comes before what refers to it; deletions come last, when nothing refers to them any more. */
function inOrder(drafts: readonly Draft[]): readonly Draft[] {
  const rank = ({ draft }: Draft): number =>
    draft['update_type'] === 'delete' ? KINDS.length + 1 : KINDS.indexOf(policyTypeOf(hrefOf(draft)) ?? '');
  const sorted = drafts.toSorted((a, b) => rank(a) - rank(b));
  const placed = new Set<string>();
  const isNew = new Set(sorted.filter(({ active }) => active === null).map(({ draft }) => hrefOf(draft)));
  const order: Draft[] = [];
  const place = (one: Draft): void => {
    const href = hrefOf(one.draft);
    if (placed.has(href)) return;
    placed.add(href);
    // Groups may hold groups, which is the one case within a kind.
    const text = JSON.stringify(one.draft);
    for (const other of sorted) {
      const target = hrefOf(other.draft);
      if (target !== href && isNew.has(target) && text.includes(`"${target}"`)) place(other);
    }
    order.push(one);
  };
  for (const one of sorted) place(one);
  return order;
}

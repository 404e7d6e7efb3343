import { neededBesides } from '../../changes/closure.ts';
import type { PlannedRequest } from '../../changes/plan.ts';
import { newestVersion, pendingObjects, type PolicyChange, readVersion } from '../../changes/policy-objects.ts';
import { chosenFrom, commitStep } from '../../changes/provision.ts';
import { changeSubset, draftHref, nameOf } from '../../changes/wire.ts';
import { Failure } from '../../core/errors.ts';
import { isObject, type JsonObject } from '../../core/json.ts';
import { plural } from '../listing.ts';
import type { ToolContext } from '../tool.ts';
import { authorNames } from './authors.ts';
import { type PolicyChangeRow, policyChangeRows } from './policy-change-row.ts';
import { provisionWidening } from './provision-widening.ts';
import { hrefNames } from './wire-text.ts';

/** What the PCE says a commit would touch (objects.md §10.5). */
export interface Impact {
  readonly objects: number;
  readonly managed_workloads: number;
  readonly unmanaged_workloads: number;
  readonly container_workloads: number;
  readonly all_workloads: boolean;
}

export interface ProvisionPreview {
  readonly request: PlannedRequest;
  readonly rows: readonly PolicyChangeRow[];
  readonly changes: readonly PolicyChange[];
  /** Those that go along because others need them. */
  readonly added: number;
  readonly impact: Impact | null;
  readonly warnings: readonly string[];
  readonly widening: readonly string[];
}

/**
 * What provisioning these hrefs (null: everything pending) would do, with all that has to go along. Null when nothing is pending. Throws
 * `not_found` for an href that is not pending.
 */
export async function previewProvision(
  hrefs: readonly string[] | null,
  message: string,
  context: ToolContext,
): Promise<ProvisionPreview | null> {
  const { signal } = context;
  const { pce } = await context.changes();
  const [pending, version] = await Promise.all([pendingObjects(pce, signal), newestVersion(pce, signal)]);
  if (pending.length === 0) return null;
  const { chosen, missing } = chosenFrom(pending, hrefs);
  if (missing.length > 0)
    throw new Failure('not_found', {
      message: `${missing.length === 1 ? 'An href is' : `${missing.length} hrefs are`} not pending; nothing was provisioned.`,
      remedy: 'Give hrefs that compare-draft-active lists.',
      data: { not_pending: missing },
    });
  if (chosen.length === 0) return null;
  const needed = await neededBesides('commit', chosen, pending, pce, signal);
  const changes = [...chosen, ...needed.map(({ change }) => change)];
  const all = changes.map(({ href }) => href);
  const [drafts, actives, impact] = await Promise.all([
    readVersion(all, 'draft', pce, signal),
    readVersion(all, 'active', pce, signal),
    pce.ask(`/orgs/${pce.orgId}/sec_policy/impact`, { change_subset: changeSubset(all) }, signal),
  ]);
  const [names, author, widening] = await Promise.all([
    hrefNames(context.pce, signal),
    authorNames(
      changes.map(({ by }) => by),
      pce,
      signal,
    ),
    provisionWidening(drafts, actives, context),
  ]);
  const present = new Map([...drafts].flatMap(([href, draft]) => (draft === null ? [] : [[href, draft] as const])));
  const notes = new Map(
    needed.map(({ change, requiredBy }) => {
      const users = requiredBy.map((href) => nameIn(present, href));
      return [change.href, `goes along: needed by ${users.join(', ')}`];
    }),
  );
  return {
    request: commitStep({ orgId: pce.orgId, version, drafts: present, actives, message }),
    changes,
    added: needed.length,
    rows: changes.flatMap((change) =>
      policyChangeRows(
        {
          change,
          before: actives.get(change.href) ?? null,
          after: drafts.get(change.href) ?? null,
          note: notes.get(change.href),
        },
        { names, author },
      ),
    ),
    impact: touchedBy(impact),
    widening,
    warnings: hrefs === null ? severalAuthors(changes, author) : [],
  };
}

const nameIn = (drafts: ReadonlyMap<string, JsonObject>, href: string): string => {
  const draft = drafts.get(draftHref(href));
  return draft === undefined ? href : nameOf(draft);
};

/** Whoever asks for everything gets the drafts of everybody: that is said. */
function severalAuthors(
  changes: readonly PolicyChange[],
  author: (href: string | null) => string | null,
): readonly string[] {
  const authors = Map.groupBy(changes, ({ by }) => author(by) ?? 'unknown');
  if (authors.size < 2) return [];
  const told = [...authors].map(([name, own]) => `${name} ${plural(own.length, 'object')}`);
  return [
    `Everything pending is the work of ${authors.size} authors: ${told.join(', ')}. Give hrefs to provision only some.`,
  ];
}

function touchedBy(value: unknown): Impact | null {
  if (!isObject(value)) return null;
  const count = (field: string): number => (typeof value[field] === 'number' ? value[field] : 0);
  return {
    objects: count('num_sets'),
    managed_workloads: count('num_managed_workloads'),
    unmanaged_workloads: count('num_unmanaged_workloads'),
    container_workloads: count('num_container_workloads'),
    all_workloads: value['all_workloads_optimization'] === true,
  };
}

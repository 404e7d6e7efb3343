import { type Arbitrary, array, assert, constant, constantFrom, nat, oneof, property, record } from 'fast-check';
import { expect, it } from 'vitest';
import type { Content, UpdateType } from './object.ts';
import { createPolicyStore, type VersionRecord } from './policy-store.ts';

/**
 * The draft → active machine against the table of objects.md §9 written down a second time: plain maps of plain copies, replayed over
 * random histories of edits, provisioning, reverts and restores.
 */
type Step =
  | { readonly do: 'create' }
  | { readonly do: 'edit' | 'remove'; readonly pick: number }
  | { readonly do: 'commit' | 'revert'; readonly picks: readonly number[] }
  | { readonly do: 'restore'; readonly pick: number };

interface Naive {
  draft: Record<string, { text: string; update: UpdateType | null }>;
  active: Record<string, string>;
  versions: Record<number, Record<string, string>>;
}

// Half of the commits and reverts take everything, so that histories get long and drafts get clean.
const picks = oneof(array(nat(9), { maxLength: 4 }), constant([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]));
const step: Arbitrary<Step> = oneof(
  record({ do: constant('create' as const) }),
  record({ do: constantFrom('edit' as const, 'remove' as const), pick: nat(9) }),
  record({ do: constantFrom('commit' as const, 'revert' as const), picks }),
  record({ do: constant('restore' as const), pick: nat(5) }),
);

const content = (text: string): Content => ({ body: { text }, rules: [], updatedMs: 0, updatedBy: '/users/1' });
const version = (number: number): VersionRecord => ({
  version: number,
  commitMessage: null,
  workloadsAffected: 0,
  createdMs: 0,
  createdBy: '/users/1',
});
const copy = <T>(value: T): T => structuredClone(value);

function naively(model: Naive, action: Step, text: string, ids: readonly string[]): void {
  const id = 'pick' in action ? ids[action.pick % Math.max(1, ids.length)] : undefined;
  const entry = id === undefined ? undefined : model.draft[id];
  const pending = 'picks' in action ? chosen(model, action.picks, ids) : [];
  switch (action.do) {
    case 'create':
      model.draft[text] = { text, update: 'create' };
      return;
    case 'edit':
      if (entry && id !== undefined) model.draft[id] = { text, update: entry.update ?? 'update' };
      return;
    case 'remove':
      if (id === undefined || !entry) return;
      if (entry.update === 'create') delete model.draft[id];
      else entry.update = 'delete';
      return;
    case 'commit': {
      if (pending.length === 0) return;
      for (const one of pending) {
        const own = model.draft[one];
        if (!own) continue;
        if (own.update === 'delete') {
          delete model.draft[one];
          delete model.active[one];
        } else {
          own.update = null;
          model.active[one] = own.text;
        }
      }
      model.versions[Object.keys(model.versions).length + 1] = copy(model.active);
      return;
    }
    case 'revert':
      for (const one of pending) {
        const before = model.active[one];
        if (before === undefined) delete model.draft[one];
        else model.draft[one] = { text: before, update: null };
      }
      return;
    case 'restore': {
      const target = model.versions[action.pick];
      if (!target || Object.values(model.draft).some(({ update }) => update !== null)) return;
      for (const one of new Set([...Object.keys(target), ...Object.keys(model.active)])) {
        const then = target[one];
        const now = model.active[one];
        if (then === now) continue;
        if (then === undefined) model.draft[one] = { text: now ?? '', update: 'delete' };
        else model.draft[one] = { text: then, update: now === undefined ? 'create' : 'update' };
      }
    }
  }
}

const chosen = (model: Naive, picks: readonly number[], ids: readonly string[]): string[] => {
  const wanted = new Set(picks.map((pick) => ids[pick % Math.max(1, ids.length)]));
  return ids.filter((id) => wanted.has(id) && model.draft[id] && model.draft[id].update !== null);
};

function really(
  store: ReturnType<typeof createPolicyStore>,
  model: Naive,
  action: Step,
  text: string,
  ids: readonly string[],
): void {
  const id = 'pick' in action ? ids[action.pick % Math.max(1, ids.length)] : undefined;
  const object = id === undefined || !model.draft[id] ? undefined : store.get('ip_lists', id);
  const edit = { ms: 0, by: '/users/1' };
  const picked = 'picks' in action ? chosen(model, action.picks, ids) : [];
  const pending = store.pending().filter((own) => picked.includes(own.id));
  if (action.do === 'create') store.create('ip_lists', text, content(text));
  if (action.do === 'edit' && object) store.edit(object, content(text));
  if (action.do === 'remove' && object) store.remove(object, edit);
  if (action.do === 'revert') store.revert(pending);
  if (action.do === 'commit' && pending.length > 0) store.commit(pending, version(store.latestVersion() + 1));
  if (action.do === 'restore' && model.versions[action.pick] && store.pending().length === 0)
    for (const own of store.all('ip_lists')) store.stage(own, store.inObject(own, action.pick), edit);
}

it('agrees with the table, whatever happens', () => {
  let committed = 0;
  let restored = 0;
  assert(
    property(array(step, { minLength: 15, maxLength: 40, size: 'max' }), (steps) => {
      const store = createPolicyStore(1);
      const model: Naive = { draft: {}, active: {}, versions: {} };
      const ids: string[] = [];
      steps.forEach((action, index) => {
        const text = `t${index}`;
        really(store, model, action, text, ids);
        const before = JSON.stringify(model);
        naively(model, action, text, ids);
        if (action.do === 'create') ids.push(text);
        if (before !== JSON.stringify(model) && action.do === 'commit') committed++;
        if (before !== JSON.stringify(model) && action.do === 'restore') restored++;
        const seen = (name: 'draft' | 'active' | number) =>
          Object.fromEntries(
            store.inVersion('ip_lists', name).map(({ object, content: own }) => [object.id, own.body['text']]),
          );
        const updates = Object.fromEntries(
          store.inVersion('ip_lists', 'draft').map(({ object }) => [object.id, object.draft?.updateType ?? null]),
        );
        expect(seen('draft')).toEqual(
          Object.fromEntries(Object.entries(model.draft).map(([id, own]) => [id, own.text])),
        );
        expect(updates).toEqual(Object.fromEntries(Object.entries(model.draft).map(([id, own]) => [id, own.update])));
        expect(seen('active')).toEqual(model.active);
        for (const [number, then] of Object.entries(model.versions)) expect(seen(Number(number))).toEqual(then);
      });
    }),
    { seed: 20260301, numRuns: 400 },
  );
  expect(committed).toBeGreaterThan(500);
  expect(restored).toBeGreaterThan(20);
});

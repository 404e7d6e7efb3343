import type { Column } from '../../answer/answer.ts';
import type { PolicyChange } from '../../changes/policy-objects.ts';
import type { JsonObject } from '../../core/json.ts';
import { text, texts } from '../fields.ts';
import { pieces } from '../policy/pieces.ts';
import { present } from '../present.ts';
import { diffLines } from './diff-lines.ts';
import type { HrefNames } from './wire-text.ts';

/** One policy object that differs between two versions. A long list of differences spans several rows. */
export interface PolicyChangeRow {
  readonly change: 'created' | 'updated' | 'deleted';
  readonly type: string;
  readonly name: string;
  readonly href: string;
  readonly diff: readonly string[];
  readonly part?: string;
  readonly author?: string;
  readonly updated_at?: string;
  /** Why it is here although nobody named it. */
  readonly note?: string;
}

export const policyChangeFields = {
  change: text,
  type: text,
  name: text,
  href: text,
  diff: texts,
  part: text,
  author: text,
  updated_at: text,
  note: text,
} as const;

const LINES_PER_ROW = 5;

export const policyChangeColumns: readonly Column<PolicyChangeRow>[] = [
  { header: 'change', value: (row) => row.change },
  { header: 'type', value: (row) => row.type },
  { header: 'name', value: (row) => (row.part === undefined ? row.name : `${row.name} (${row.part})`) },
  { header: 'author', value: (row) => row.author },
  { header: 'at', value: (row) => row.updated_at },
  { header: 'differences', value: (row) => row.diff },
  { header: 'note', value: (row) => row.note },
  { header: 'href', value: (row) => row.href },
];

export const PAST = { create: 'created', update: 'updated', delete: 'deleted' } as const;

export interface Compared {
  readonly change: PolicyChange;
  readonly before: JsonObject | null;
  readonly after: JsonObject | null;
  readonly note?: string | undefined;
}

export function policyChangeRows(
  { change, before, after, note }: Compared,
  { names, author }: { readonly names: HrefNames; readonly author: (href: string | null) => string | null },
): readonly PolicyChangeRow[] {
  const { href, type, name } = change;
  const lines = diffLines(before, after, names);
  const unchanged = change.change === 'update' && lines.length === 0;
  return pieces(unchanged ? ['no difference: edited back'] : lines, LINES_PER_ROW).map(({ members, part }) => ({
    change: PAST[change.change],
    type,
    name,
    href,
    diff: members,
    ...present({ part, author: author(change.by), updated_at: change.at, note }),
  }));
}

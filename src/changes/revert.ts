import type { Href } from '../core/href.ts';
import type { JsonObject } from '../core/json.ts';
import { digestOfAll } from './digest.ts';
import type { PlannedRequest, Undo } from './plan.ts';
import { reapply } from './reapply.ts';
import { changeSubset } from './wire.ts';

export interface Reverted {
  readonly orgId: string;
  /** The pending objects as they are in the draft. */
  readonly drafts: ReadonlyMap<string, JsonObject>;
  readonly actives: ReadonlyMap<string, JsonObject | null>;
}

/** The request that throws these drafts away, and what of them an undo could make again. */
export function revertStep({ orgId, drafts, actives }: Reverted): {
  readonly step: PlannedRequest;
  readonly lost: readonly string[];
} {
  const hrefs = [...drafts.keys()];
  const { requests, lost } = reapply(
    [...drafts].map(([href, draft]) => ({ draft, active: actives.get(href) ?? null })),
  );
  const anyNew = [...drafts.keys()].some((href) => (actives.get(href) ?? null) === null);
  const undo: Undo =
    requests.length === 0
      ? { kind: 'none', why: lost.length > 0 ? `lost: ${lost.join(', ')}` : 'there is nothing to make again' }
      : { kind: 'requests', requests, loses: [...(anyNew ? ['href'] : []), 'author', 'times', ...lost] };
  return {
    lost,
    step: {
      method: 'PUT',
      path: `/orgs/${orgId}/sec_policy/delete`,
      body: { change_subset: changeSubset(hrefs) },
      says: `revert ${hrefs.length} pending object${hrefs.length === 1 ? '' : 's'}`,
      check: { kind: 'pending', hrefs: hrefs as Href[], digest: digestOfAll([...drafts.values()]) }, // as pending gave them
      trace: { kind: 'none' },
      undo,
      diff: [],
    },
  };
}

import { Failure } from '../../core/errors.ts';

export const MODES = ['idle', 'visibility_only', 'selective', 'full'] as const;
export type Mode = (typeof MODES)[number];

/** How much a mode blocks: full everything without a rule, selective what deny rules name, the others nothing. */
const STRENGTH: Readonly<Record<string, number>> = { idle: 0, visibility_only: 0, selective: 1, full: 2 };

/** What a change of mode means for traffic, for the preview; both empty where it blocks as much as before. */
export function meaningOf(
  from: string,
  to: string,
  who: string,
): { readonly widening: readonly string[]; readonly warnings: readonly string[] } {
  const [old = 0, now = 0] = [STRENGTH[from], STRENGTH[to]];
  if (now < old) return { widening: [`${who} from ${from} to ${to}: what was blocked is let through`], warnings: [] };
  if (now === old) return { widening: [], warnings: [] };
  const blocks = to === 'full' ? 'everything that no active rule allows' : 'what active deny rules name';
  return { widening: [], warnings: [`${who} from ${from} to ${to}: blocks ${blocks}`] };
}

/** The PCE ignores it without a word (objects.md §6.3). */
export function refuseSelective(name: string, mode: string | undefined): void {
  if (mode !== 'selective') return;
  throw new Failure('invalid_arguments', {
    message: `${name} has no VEN, so it cannot be in selective enforcement.`,
    remedy: 'Leave enforcement_mode out: nothing is enforced on an unmanaged workload.',
  });
}

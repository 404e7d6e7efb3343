import type { EnforcementMode } from '../inventory.ts';
import { MAYBE, YES } from '../services/tri.ts';
import type { DecidingClass, EndVerdict } from './decision.ts';
import type { Hit } from './hits.ts';

/** Which classes of rule match at one end. `bites`: the mode makes the VEN block for it. */
interface Present {
  readonly overrideBites: boolean;
  readonly override: boolean;
  readonly allow: boolean;
  readonly denyBites: boolean;
  readonly deny: boolean;
}

interface Weighed {
  readonly verdict: EndVerdict;
  readonly class: DecidingClass;
}

/** The mode table (objects.md §11.6) for a managed end that is not idle, in the order of precedence (§11.1). */
function weighPresent(mode: EnforcementMode, present: Present): Weighed {
  const enforces = mode !== 'visibility_only';
  if (enforces && present.overrideBites) return { verdict: 'blocked', class: 'override_deny' };
  if (enforces && present.denyBites && !present.allow) return { verdict: 'blocked', class: 'deny' };
  if (present.override) return { verdict: 'potentially_blocked', class: 'override_deny' };
  if (present.allow) return { verdict: 'allowed', class: 'allow' };
  if (present.deny) return { verdict: 'potentially_blocked', class: 'deny' };
  return { verdict: mode === 'full' ? 'blocked' : 'potentially_blocked', class: 'default' };
}

type Kind = keyof Present;

const KINDS: readonly Kind[] = ['overrideBites', 'override', 'allow', 'denyBites', 'deny'];

/**
 * Selective mode enforces inbound; outbound it acts on denies to addresses and to hosts without a VEN, and only reports those that name a
 * workload by label (open-selective-source-outbound-label-deny).
 */
function kindOf(hit: Hit, { mode, end }: WeighedEnd): Kind {
  if (hit.rule.kind === 'allow') return 'allow';
  const bites = mode !== 'selective' || end === 'destination' || hit.toAddress;
  if (hit.rule.kind === 'override_deny') return bites ? 'overrideBites' : 'override';
  return bites ? 'denyBites' : 'deny';
}

export interface WeighedEnd {
  readonly mode: EnforcementMode;
  readonly end: 'source' | 'destination';
}

const withImplied = (kinds: ReadonlySet<Kind>): Present => ({
  overrideBites: kinds.has('overrideBites'),
  override: kinds.has('override') || kinds.has('overrideBites'),
  allow: kinds.has('allow'),
  denyBites: kinds.has('denyBites'),
  deny: kinds.has('deny') || kinds.has('denyBites'),
});

export interface EndWeight {
  /** As if no rule matched that is not certain. */
  readonly certain: Weighed;
  readonly verdict: EndVerdict;
  /** The rules whose unknowns can change the verdict. */
  readonly hangsOn: readonly Hit[];
}

/** The verdict of one end, `maybe` when the rules that may match could change it: tries every way they can turn out. */
export function weigh(hits: readonly Hit[], at: WeighedEnd): EndWeight {
  const certainKinds = new Set(hits.filter((hit) => hit.certainty === YES).map((hit) => kindOf(hit, at)));
  const certain = weighPresent(at.mode, withImplied(certainKinds));
  const open = hits.filter((hit) => hit.certainty === MAYBE && !certainKinds.has(kindOf(hit, at)));
  if (open.length === 0) return { certain, verdict: certain.verdict, hangsOn: [] };
  const openKinds = KINDS.filter((kind) => open.some((hit) => kindOf(hit, at) === kind));
  const deciding = new Set<Kind>();
  for (let combination = 0; combination < 1 << openKinds.length; combination += 1) {
    const kinds = new Set([...certainKinds, ...openKinds.filter((_, bit) => (combination >> bit) & 1)]);
    const { verdict } = weighPresent(at.mode, withImplied(kinds));
    for (const kind of openKinds) {
      if (kinds.has(kind)) continue;
      const turned = weighPresent(at.mode, withImplied(new Set([...kinds, kind]))).verdict;
      if (turned !== verdict) deciding.add(kind);
    }
  }
  if (deciding.size === 0) return { certain, verdict: certain.verdict, hangsOn: [] };
  return { certain, verdict: 'maybe', hangsOn: open.filter((hit) => deciding.has(kindOf(hit, at))) };
}

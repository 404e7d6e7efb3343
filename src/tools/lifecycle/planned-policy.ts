import { readVersion } from '../../changes/policy-objects.ts';
import { policyTypeOf } from '../../changes/wire.ts';
import { draftHref, type Href, href as hrefOf } from '../../core/href.ts';
import { isObject, type JsonObject, type JsonValue } from '../../core/json.ts';
import { MODES } from '../../model/impact/modes.ts';
import { type CommonFacts, type PolicyObjects, policySource } from '../../model/policy/version.ts';
import { hypothetical } from '../segmentation/hypothetical.ts';
import { provisioned } from '../segmentation/policy-impact.ts';
import { readPolicy, type ReadPolicy } from '../segmentation/policy-reading.ts';
import type { ToolContext } from '../tool.ts';
import type { PolicyStep } from './planned-changes.ts';
import { objectsOf } from './wire-objects.ts';

/** Two policies, and what they are in words. */
export interface Planned {
  readonly before: ReadPolicy;
  readonly after: ReadPolicy;
  readonly compares: string;
}

type Of<Kind extends PolicyStep['kind']> = Extract<PolicyStep, { readonly kind: Kind }>;

/** The policy before and after these steps. A draft is compared with a draft: by itself it changes nothing in force. */
export async function plannedPolicy(steps: readonly PolicyStep[], context: ToolContext): Promise<Planned> {
  const commit = steps.find((step): step is Of<'commit'> => step.kind === 'commit');
  const restore = steps.find((step): step is Of<'restore'> => step.kind === 'restore');
  const inForce = commit !== undefined || restore !== undefined || steps.every(({ kind }) => kind === 'workload');
  if (!inForce) return plannedDraft(steps, context);
  const before = await readPolicy('active', context);
  if (restore !== undefined) {
    const { pce } = await context.changes();
    const after = restored(before, await readVersion(commit?.hrefs ?? [], restore.version, pce, context.signal));
    return { before, after, compares: `the policy in force now with that of version ${restore.version}` };
  }
  if (commit === undefined) {
    const after = withWorkloads(before, steps);
    return { before, after, compares: 'the labels and modes of now with those planned, under the policy in force' };
  }
  const after = provisioned(before, await readPolicy('draft', context), commit.hrefs);
  return { before, after, compares: 'the policy in force now with these drafts in force' };
}

async function plannedDraft(steps: readonly PolicyStep[], context: ToolContext): Promise<Planned> {
  const before = await readPolicy('draft', context);
  const edits = steps.flatMap((step) => (step.kind === 'edit' ? [step.change] : []));
  const reverts = steps.flatMap((step) => (step.kind === 'revert' ? step.hrefs : []));
  const base = reverts.length === 0 ? before : reverted(before, await readPolicy('active', context), reverts);
  const after = withWorkloads(edits.length === 0 ? base : hypothetical(base, edits), steps);
  return { before, after, compares: 'the draft as it is with the draft of this plan, each as if provisioned' };
}

const remade = (policy: ReadPolicy, objects: PolicyObjects, common: CommonFacts = policy.common): ReadPolicy => ({
  ...policy,
  objects,
  common,
  ruleSets: objects.ruleSets,
  source: policySource(objects, common, policy.version),
});

type Object = { readonly href: Href };

/** `objects` with those of `hrefs` as `other` has them: changed back, made again, or gone. */
function swapped(objects: PolicyObjects, other: PolicyObjects, hrefs: readonly string[]): PolicyObjects {
  const chosen = new Set(hrefs.map((one) => draftHref(hrefOf(one))));
  const swap = <T extends Object>(list: readonly T[], others: readonly T[]): readonly T[] => [
    ...list.filter(({ href }) => !chosen.has(draftHref(href))),
    ...others.filter(({ href }) => chosen.has(draftHref(href))),
  ];
  return {
    labelGroups: swap(objects.labelGroups, other.labelGroups),
    ipLists: swap(objects.ipLists, other.ipLists),
    services: swap(objects.services, other.services),
    ruleSets: swap(objects.ruleSets, other.ruleSets),
    boundaries: swap(objects.boundaries, other.boundaries),
    virtualServices: swap(objects.virtualServices, other.virtualServices),
  };
}

const reverted = (draft: ReadPolicy, active: ReadPolicy, hrefs: readonly string[]): ReadPolicy =>
  remade(draft, swapped(draft.objects, active.objects, hrefs));

/** Virtual services stay as they are: they are not read from their wire form here. */
const isJudged = (href: string): boolean => policyTypeOf(href) !== 'virtual_services';

/** The active policy with these wire objects of another version in it; null: that version did not have it. */
const restored = (active: ReadPolicy, earlier: ReadonlyMap<string, JsonObject | null>): ReadPolicy =>
  remade(active, swapped(active.objects, objectsOf(earlier), [...earlier.keys()].filter(isJudged)));

function withWorkloads(policy: ReadPolicy, steps: readonly PolicyStep[]): ReadPolicy {
  const fields = new Map(
    steps.flatMap((step) => (step.kind === 'workload' ? [[step.href, step.fields] as const] : [])),
  );
  if (fields.size === 0) return policy;
  const workloads = policy.common.workloads.map((workload) => {
    const { labels, enforcement_mode: wanted } = fields.get(workload.href) ?? {};
    const mode = MODES.find((one) => one === wanted) ?? workload.mode;
    return { ...workload, mode, labels: Array.isArray(labels) ? labels.flatMap(labelHref) : workload.labels };
  });
  return remade(policy, policy.objects, { ...policy.common, workloads });
}

const labelHref = (label: JsonValue): readonly Href[] =>
  isObject(label) && typeof label['href'] === 'string' ? [hrefOf(label['href'])] : [];

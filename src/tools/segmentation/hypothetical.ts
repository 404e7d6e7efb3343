import { Failure } from '../../core/errors.ts';
import { draftHref, type Href, href as hrefOf } from '../../core/href.ts';
import type { EnforcementMode, RuleSet } from '../../model/inventory.ts';
import { MODES } from '../../model/impact/modes.ts';
import { type CommonFacts, type PolicyObjects, policySource } from '../../model/policy/version.ts';
import {
  allowRule,
  bodyOf,
  type Body,
  boundary,
  created,
  denyRule,
  ipList,
  type Kind,
  labelGroup,
  patched,
  ruleSet,
  service,
} from './draft-object.ts';
import type { ReadPolicy } from './policy-reading.ts';

/** A change in the form of the request that would make it. */
export interface Change {
  readonly operation: 'create' | 'update' | 'delete';
  /** Of the object; for `create` of the collection it goes into. */
  readonly href: string;
  /** JSON text of the fields. */
  readonly object?: string | undefined;
}

interface State {
  readonly objects: PolicyObjects;
  readonly common: CommonFacts;
}

/** The policy with the changes made to it, in their order. Throws `not_found` for an object it does not have. */
export function hypothetical(policy: ReadPolicy, changes: readonly Change[]): ReadPolicy {
  const { objects, common } = changes.reduce<State>(
    (state, change, index) => applied(state, change, index + 1),
    policy,
  );
  return {
    ...policy,
    objects,
    common,
    ruleSets: objects.ruleSets,
    source: policySource(objects, common, policy.version),
  };
}

const PATH =
  /^\/orgs\/\d+\/(?:sec_policy\/(?:draft|active|\d+)\/)?(\w+)(?:\/([\w-]+)(?:\/(sec_rules|deny_rules)(?:\/([\w-]+))?)?)?$/;

function applied({ objects, common }: State, change: Change, index: number): State {
  const target = hrefOf(change.href);
  const [, type = '', , rules] = PATH.exec(target) ?? [];
  const body = bodyOf(change.object);
  const how = { change, target, body, index };
  const put = (part: Partial<PolicyObjects>): State => ({ common, objects: { ...objects, ...part } });
  switch (type) {
    case 'rule_sets':
      return put({
        ruleSets:
          rules === undefined ? edited(ruleSet, objects.ruleSets, how) : inRuleSet(objects.ruleSets, rules, how),
      });
    case 'ip_lists':
      return put({ ipLists: edited(ipList, objects.ipLists, how) });
    case 'services':
      return put({ services: edited(service, objects.services, how) });
    case 'label_groups':
      return put({ labelGroups: edited(labelGroup, objects.labelGroups, how) });
    case 'enforcement_boundaries':
      // Boundaries that were read carry all that a boundary has.
      return put({
        boundaries: edited(boundary as Kind<PolicyObjects['boundaries'][number]>, objects.boundaries, how),
      });
    case 'workloads':
      return { objects, common: { ...common, workloads: editedWorkloads(common.workloads, how) } };
    case 'labels':
      return { objects, common: withoutLabel(common, how) };
    default:
      throw new Failure('invalid_arguments', {
        message: `A change of ${change.href.slice(0, 100)} cannot be simulated.`,
        remedy: 'Rulesets, rules, deny rules, IP lists, services, label groups, boundaries, workloads and labels can.',
      });
  }
}

interface How {
  readonly change: Change;
  readonly target: Href;
  readonly body: Body;
  readonly index: number;
}

type Object = { readonly href: Href };
const isSame = (a: Href, b: Href): boolean => draftHref(a) === draftHref(b);

function edited<T extends Object>(
  kind: Kind<T>,
  list: readonly T[],
  { change, target, body, index }: How,
): readonly T[] {
  if (change.operation === 'create') return [...list, created(kind, body, hrefOf(`${target}/new-${index}`))];
  if (!list.some(({ href }) => isSame(href, target)))
    throw new Failure('not_found', { message: `There is no ${kind.what} ${target} in this policy.` });
  if (change.operation === 'delete') return list.filter(({ href }) => !isSame(href, target));
  return list.map((object) => (isSame(object.href, target) ? patched(kind, object, body) : object));
}

function inRuleSet(list: readonly RuleSet[], rules: string, how: How): readonly RuleSet[] {
  const owner = hrefOf(how.target.replace(/\/(?:sec_rules|deny_rules).*$/, ''));
  if (!list.some(({ href }) => isSame(href, owner)))
    throw new Failure('not_found', { message: `There is no ruleset ${owner} in this policy.` });
  const kind = rules === 'sec_rules' ? allowRule : denyRule;
  return list.map((one) => (isSame(one.href, owner) ? { ...one, rules: edited(kind, one.rules, how) } : one));
}

/** Modes and labels take effect at once; nothing else of a workload decides flows. */
function editedWorkloads(workloads: CommonFacts['workloads'], { change, target, body }: How): CommonFacts['workloads'] {
  if (!workloads.some(({ href }) => href === target))
    throw new Failure('not_found', { message: `There is no workload ${target}.` });
  if (change.operation !== 'update')
    throw new Failure('invalid_arguments', { message: 'Of workloads only an update can be simulated.' });
  const { enforcement_mode: wanted, labels, ...rest } = body;
  const mode = MODES.find((one) => one === wanted);
  if (Object.keys(rest).length > 0 || (wanted !== undefined && mode === undefined))
    throw new Failure('invalid_arguments', {
      message: 'Of a workload enforcement_mode and labels can be changed.',
      data: { modes: MODES },
    });
  return workloads.map((workload) => {
    if (workload.href !== target) return workload;
    const changed: { mode?: EnforcementMode; labels?: readonly Href[] } = {};
    if (mode !== undefined) changed.mode = mode;
    if (Array.isArray(labels))
      changed.labels = labels.map((label: { readonly href?: unknown }) => hrefOf(String(label.href)));
    return { ...workload, ...changed };
  });
}

function withoutLabel(common: CommonFacts, { change, target }: How): CommonFacts {
  if (change.operation !== 'delete')
    throw new Failure('invalid_arguments', { message: 'Of labels only a deletion can be simulated.' });
  if (!common.labels.some(({ href }) => href === target))
    throw new Failure('not_found', { message: `There is no label ${target}.` });
  return {
    ...common,
    labels: common.labels.filter(({ href }) => href !== target),
    workloads: common.workloads.map((workload) =>
      workload.labels.includes(target)
        ? { ...workload, labels: workload.labels.filter((label) => label !== target) }
        : workload,
    ),
  };
}

import { Failure } from '../core/errors.ts';
import { printTerm, type Term } from '../core/expression.ts';
import { draftHref, type Href, typeOf } from '../core/href.ts';
import type { JsonObject } from '../core/json.ts';
import type { Actor, RuleKind } from '../model/inventory.ts';
import { readItem, readTarget, type RefSource, refuseDeleted } from './refs.ts';
import { textOf } from './wire.ts';

/** One element of a rule's side: in the model, as the PCE takes it, and in words. */
export interface ActorRef {
  readonly actor: Actor;
  readonly wire: JsonObject;
  readonly words: string;
  /** The label key, of labels and label groups. */
  readonly key: string | null;
}

export type Side = 'consumers' | 'providers';

const EXAMPLE = '["app=ordering env=prod", "iplist:Offices", "ams"]';
/** The built-in list of every address (objects.md §7.1). */
export const ANY_IP_LIST = 'Any (0.0.0.0/0 and ::/0)';

/**
 * The elements of one side of a rule. The PCE ORs labels of one key, ANDs different keys over the whole side, and adds everything
 * else to what that matches (objects.md §11.2). What cannot be said so in one rule is refused rather than widened: alternatives
 * that differ in more than one key, and an AND of anything but labels.
 */
export async function resolveActors(
  items: readonly string[],
  side: Side,
  kind: RuleKind,
  source: RefSource,
): Promise<readonly ActorRef[]> {
  if (items.length === 0)
    throw new Failure('invalid_arguments', { message: `${side} is empty.`, remedy: `Name who, e.g. ${EXAMPLE}.` });
  const refs: ActorRef[] = [];
  const labelTerms: number[] = [];
  for (const item of items) {
    const { terms, excluded } = readItem(item);
    const found: (readonly ActorRef[])[] = [];
    for (const term of terms) found.push(await actorsOf(term, excluded, { side, kind, source }));
    if (found.length > 1) refuseUnlessLabels(found, item);
    labelTerms.push(found.filter(([first]) => first !== undefined && first.key !== null).length);
    refs.push(...found.flat());
  }
  if (labelTerms.filter((count) => count > 0).length > 1 && labelTerms.some((count) => count > 1)) throw mixed(side);
  return [...new Map(refs.map((ref) => [JSON.stringify(ref.actor), ref])).values()];
}

/** Terms of one item must all hold; the PCE can say that of labels and label groups of different keys only. */
function refuseUnlessLabels(terms: readonly (readonly ActorRef[])[], item: string): void {
  const included = terms.flatMap(([first]) => (first !== undefined && !isExcluded(first) ? [first.key] : []));
  const alike = new Set(included).size < included.length;
  if (!alike && terms.every(([first]) => first !== undefined && first.key !== null)) return;
  throw new Failure('invalid_expression', {
    message: `A rule cannot say that all of this must hold: ${item.slice(0, 80)}`,
    remedy: 'Only labels and label groups of different keys can be combined; give alternatives as items of their own.',
  });
}

const isExcluded = ({ actor }: ActorRef): boolean => 'exclusion' in actor && actor.exclusion;

const mixed = (side: Side): Failure =>
  new Failure('invalid_expression', {
    message: `One rule cannot say several label combinations: the PCE would mix the labels of all items of ${side}.`,
    remedy: 'Use one item like app=a|b env=prod, or one rule for each combination.',
  });

export interface Place {
  readonly side: Side;
  readonly kind: RuleKind;
  readonly source: RefSource;
}

/** One term as the elements it stands for; several only for `key=v1|v2`. */
export async function actorsOf(term: Term, excluded: boolean, place: Place): Promise<readonly ActorRef[]> {
  const { view, signal } = place.source;
  switch (term.kind) {
    case 'label': {
      const labels = await Promise.all(term.values.map((value) => view.resolve.label(term.key, value, { signal })));
      return labels.map(({ href, key, value }) => labelRef(href, key, value, term.negated || excluded));
    }
    case 'group': {
      const { href, key, updateType } = await view.resolve.labelGroup(term.name, 'draft', { signal });
      refuseDeleted(href, updateType);
      return [groupRef(href, key, term.name, excluded)];
    }
    case 'ams':
      return [plain({ kind: 'ams' }, { actors: 'ams' }, 'ams', excluded)];
    case 'any':
      return [await ipListRef(ANY_IP_LIST, excluded, place.source)];
    case 'iplist':
      return [await ipListRef(term.name, excluded, place.source)];
    case 'workload': {
      const { href } = await view.resolve.workload(term.name, { signal });
      return [plain({ kind: 'workload', href }, { workload: { href } }, printTerm(term), excluded)];
    }
    case 'href':
      return [await hrefRef(draftHref(term.href), excluded, place)];
    default:
      throw new Failure('invalid_expression', {
        message: `A rule takes no bare address or name: ${printTerm(term)}`,
        remedy: 'Put it into an IP list (create-iplist) and write iplist:NAME.',
      });
  }
}

async function ipListRef(name: string, excluded: boolean, source: RefSource): Promise<ActorRef> {
  const { href, updateType } = await source.view.resolve.ipList(name, 'draft', { signal: source.signal });
  refuseDeleted(href, updateType);
  return plain({ kind: 'ip_list', href }, { ip_list: { href } }, printTerm({ kind: 'iplist', name }), excluded);
}

async function hrefRef(href: Href, excluded: boolean, { side, kind, source }: Place): Promise<ActorRef> {
  const object = await readTarget(href, source);
  const name = textOf(object, 'name') ?? textOf(object, 'hostname') ?? href;
  switch (typeOf(href)) {
    case 'labels':
      return labelRef(href, textOf(object, 'key') ?? '', textOf(object, 'value') ?? '', excluded);
    case 'label_groups':
      return groupRef(href, textOf(object, 'key') ?? '', name, excluded);
    case 'ip_lists':
      return plain({ kind: 'ip_list', href }, { ip_list: { href } }, printTerm({ kind: 'iplist', name }), excluded);
    case 'workloads':
      return plain({ kind: 'workload', href }, { workload: { href } }, printTerm({ kind: 'workload', name }), excluded);
    case 'virtual_services':
      if (kind === 'allow')
        return plain(
          { kind: 'virtual_service', href },
          { virtual_service: { href } },
          `virtual service ${name}`,
          excluded,
        );
      break;
    case 'virtual_servers':
      if (kind === 'allow' && side === 'providers')
        return plain(
          { kind: 'virtual_server', href },
          { virtual_server: { href } },
          `virtual server ${name}`,
          excluded,
        );
      break;
  }
  throw new Failure('invalid_arguments', {
    message: `${href} cannot stand in the ${side} of ${kind === 'allow' ? 'an allow' : 'a deny'} rule.`,
  });
}

const labelRef = (href: Href, key: string, value: string, exclusion: boolean): ActorRef => ({
  actor: { kind: 'label', href, exclusion },
  wire: { label: { href }, ...(exclusion && { exclusion }) },
  words: printTerm({ kind: 'label', key, negated: exclusion, values: [value] }),
  key,
});

const groupRef = (href: Href, key: string, name: string, exclusion: boolean): ActorRef => ({
  actor: { kind: 'label_group', href, exclusion },
  wire: { label_group: { href }, ...(exclusion && { exclusion }) },
  words: `${exclusion ? 'not ' : ''}${printTerm({ kind: 'group', name })}`,
  key,
});

function plain(actor: Actor, wire: JsonObject, words: string, excluded: boolean): ActorRef {
  if (excluded)
    throw new Failure('invalid_arguments', { message: `Only labels and label groups can be excluded, not ${words}.` });
  return { actor, wire, words, key: null };
}

import { draftHref, type Href } from '../../core/href.ts';
import type { Actor, Rule, ServiceRef } from '../../model/inventory.ts';

/** What decides whether one rule makes another superfluous. */
export type RuleShape = Pick<Rule, 'kind' | 'providers' | 'consumers' | 'services' | 'unscopedConsumers'>;

type LabelActor = Extract<Actor, { readonly kind: 'label' }>;

const isLabel = (actor: Actor): actor is LabelActor => actor.kind === 'label';
const sameActor = (a: Actor, b: Actor): boolean =>
  a.kind === b.kind && (!('href' in a) || !('href' in b) || draftHref(a.href) === draftHref(b.href));

export interface Known {
  /** The key of a label. */
  readonly keyOf: (label: Href) => string | null;
  /** Whether a service is every port of every protocol. */
  readonly isEveryService: (ref: ServiceRef) => boolean;
}

/** True when everything `narrow` selects is certainly selected by `wide`. Says no where it does not know. */
function sideCovers(wide: readonly Actor[], narrow: readonly Actor[], { keyOf }: Known): boolean {
  const all = wide.some(({ kind }) => kind === 'ams');
  const labels = wide.filter(isLabel);
  const isPlain = labels.every(({ exclusion }) => !exclusion) && wide.every(({ kind }) => kind !== 'label_group');
  const others = narrow.filter((actor) => !isLabel(actor));
  const wanted = narrow.filter(isLabel);
  const named = others.every(
    (actor) => wide.some((one) => sameActor(one, actor)) || (all && actor.kind === 'workload'),
  );
  if (!named) return false;
  if (wanted.length === 0 || all) return true;
  if (!isPlain || labels.length === 0 || wanted.some(({ exclusion }) => exclusion)) return false;
  // Each key that the wide side asks for must be asked for by the narrow one, with no value beyond the wide one's.
  const keys = new Set(labels.map(({ href }) => keyOf(href)));
  return [...keys].every((key) => {
    const values = wanted.filter(({ href }) => keyOf(href) === key);
    return values.length > 0 && values.every(({ href }) => labels.some((label) => label.href === href));
  });
}

const sameService = (a: ServiceRef, b: ServiceRef): boolean =>
  a.kind === 'service'
    ? b.kind === 'service' && draftHref(a.href) === draftHref(b.href)
    : b.kind === 'ports' && a.proto === b.proto && a.port === b.port && a.toPort === b.toPort;

/** Whether `wide` lets through (or denies) everything `narrow` does, in the same ruleset. */
export const covers = (wide: RuleShape, narrow: RuleShape, known: Known): boolean =>
  wide.kind === narrow.kind &&
  // An extra-scope rule takes sources from anywhere, so also from inside.
  (wide.unscopedConsumers || !narrow.unscopedConsumers) &&
  sideCovers(wide.providers, narrow.providers, known) &&
  sideCovers(wide.consumers, narrow.consumers, known) &&
  (wide.services.some(known.isEveryService) ||
    narrow.services.every((service) => wide.services.some((one) => sameService(one, service))));

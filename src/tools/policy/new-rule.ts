import { type CreateStep, createStep } from '../../changes/steps.ts';
import type { PlannedRequest } from '../../changes/plan.ts';
import { type ActorRef, resolveActors } from '../../changes/refs-actors.ts';
import { resolveServices, type ServiceItem, type ServicePick } from '../../changes/refs-services.ts';
import type { RefSource } from '../../changes/refs.ts';
import { type RuleShape, ruleWidening } from '../../changes/widening-rules.ts';
import type { JsonObject } from '../../core/json.ts';
import type { RuleKind } from '../../model/inventory.ts';
import { type Resolved, withResolved } from './ref-words.ts';
import type { ToolContext } from '../tool.ts';
import { widerProcessRule } from './process-rules.ts';

export interface RuleArguments {
  readonly providers: readonly string[];
  readonly consumers: readonly string[];
  readonly ingress_services: readonly ServiceItem[];
  readonly egress_services?: readonly ServiceItem[] | undefined;
  readonly unscoped_consumers?: boolean | undefined;
  readonly enabled?: boolean | undefined;
  readonly description?: string | undefined;
}

/** A rule that does not exist yet, its references resolved. */
export interface NewRule {
  readonly kind: RuleKind;
  readonly body: JsonObject;
  readonly shape: RuleShape;
  readonly consumers: readonly ActorRef[];
  /** Everything it refers to. */
  readonly refs: Required<Omit<Resolved, 'scopes'>>;
  /** `allow role=web -> role=db on 5432/tcp`. */
  readonly says: string;
  readonly widening: readonly string[];
  /** Hosts on which a rule for a Windows process holds for every process. */
  readonly warning: string | null;
  /** The rule as an answer shows it. */
  readonly row: Readonly<Record<string, unknown>>;
}

const RESOLVE_AS_WORKLOADS = { providers: ['workloads'], consumers: ['workloads'] } as const;
const KIND_WORDS: Readonly<Record<RuleKind, string>> = { allow: 'allow', deny: 'deny', override_deny: 'override deny' };

/** Resolves a rule; throws where a reference names nothing or cannot stand in a rule of this kind. */
export async function newRule(
  kind: RuleKind,
  args: RuleArguments,
  source: RefSource,
  context: ToolContext,
): Promise<NewRule> {
  const { unscoped_consumers: unscopedConsumers = false, enabled = true, description } = args;
  const consumers = await resolveActors(args.consumers, 'consumers', kind, source);
  const providers = await resolveActors(args.providers, 'providers', kind, source);
  const services = await resolveServices(args.ingress_services, 'ingress_services', kind, source);
  const egress =
    args.egress_services === undefined
      ? []
      : await resolveServices(args.egress_services, 'egress_services', kind, source);
  const shape: RuleShape = {
    kind,
    enabled,
    providers: providers.map(({ actor }) => actor),
    consumers: consumers.map(({ actor }) => actor),
    services: services.map(({ ref }) => ref),
    egressServices: egress.map(({ ref }) => ref),
    unscopedConsumers,
  };
  const refs = { actors: [...consumers, ...providers], services: [...services, ...egress] };
  const spoken = {
    consumers: consumers.map((ref) => ref.words),
    providers: providers.map((ref) => ref.words),
    services: services.map((ref) => ref.words),
    ...(egress.length > 0 && { egress_services: egress.map((ref) => ref.words) }),
  };
  const warning = await widerProcessRule(
    egress.flatMap(({ service }) => service ?? []),
    consumers,
    context,
  );
  return {
    kind,
    body: {
      enabled,
      ...(description !== undefined && { description }),
      providers: wires(providers),
      consumers: wires(consumers),
      ingress_services: wires(services),
      ...(egress.length > 0 && { egress_services: wires(egress) }),
      unscoped_consumers: unscopedConsumers,
      // A deny rule with resolve_labels_as is refused (objects.md §8.5).
      ...(kind === 'allow' ? { resolve_labels_as: RESOLVE_AS_WORKLOADS } : { override: kind === 'override_deny' }),
    },
    shape,
    consumers,
    refs,
    says: `${KIND_WORDS[kind]} ${spoken.consumers.join(', ')} -> ${spoken.providers.join(', ')} on ${spoken.services.join(', ')}`,
    widening: ruleWidening(null, shape, withResolved(null, refs)),
    warning,
    row: {
      rule_type: kind,
      enabled,
      ...(description !== undefined && { description }),
      ...spoken,
      ingress_services: spoken.services,
      unscoped_consumers: unscopedConsumers,
      ...(warning !== null && { policy_widening_warning: warning }),
    },
  };
}

/** The request that makes the rule in a ruleset (`{n}`: the one that request n makes), through its own sub-resource. */
export function ruleStep(ruleSet: string, rule: NewRule, check?: CreateStep['check']): PlannedRequest {
  const collection = `${ruleSet}/${rule.kind === 'allow' ? 'sec_rules' : 'deny_rules'}`;
  const step = createStep({ collection, body: rule.body, says: `create rule: ${rule.says}`, check });
  return { ...step, diff: step.diff.map((field) => inWords(field, rule.row)) };
}

/** A field of a difference as people read it; its wire form is in the request. */
export const inWords = <Field extends { readonly field: string }>(
  field: Field,
  words: Readonly<Record<string, unknown>>,
): Field => (Array.isArray(words[field.field]) ? { ...field, after: words[field.field] } : field);

const wires = (refs: readonly (ActorRef | ServicePick)[]): readonly JsonObject[] => refs.map(({ wire }) => wire);

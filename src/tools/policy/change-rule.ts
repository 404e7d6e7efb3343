import type { Answer } from '../../answer/answer.ts';
import { bodyOf } from '../../changes/post-body.ts';
import type { FieldDiff } from '../../changes/plan.ts';
import { type ActorRef, resolveActors } from '../../changes/refs-actors.ts';
import { resolveServices, type ServiceItem, type ServicePick } from '../../changes/refs-services.ts';
import { asReferences, deleteStep, updateStep } from '../../changes/steps.ts';
import { type RefWords, ruleWidening, ruleWords } from '../../changes/widening-rules.ts';
import { hrefOf } from '../../changes/wire.ts';
import type { JsonObject } from '../../core/json.ts';
import type { Actor, Rule, RuleKind, Service, ServiceRef } from '../../model/inventory.ts';
import { readRule } from '../../pce/resources/rules.ts';
import { type ChangeRow, carryOut } from '../change.ts';
import type { ToolContext } from '../tool.ts';
import { withReadBack } from './outcome.ts';
import { widerProcessRule } from './process-rules.ts';
import { draftWords, withResolved } from './ref-words.ts';
import { ruleRow } from './rule-row.ts';
import { refSource } from './rule-set.ts';
import { type RuleFamily, ruleTarget } from './rule-target.ts';
import { sameRefs } from './same.ts';
import { describedBefore } from './target.ts';

export interface RuleChanges {
  readonly href: string;
  readonly providers?: readonly string[] | undefined;
  readonly consumers?: readonly string[] | undefined;
  readonly ingress_services?: readonly ServiceItem[] | undefined;
  readonly egress_services?: readonly ServiceItem[] | undefined;
  readonly unscoped_consumers?: boolean | undefined;
  readonly enabled?: boolean | undefined;
  readonly description?: string | undefined;
  readonly override_deny?: boolean | undefined;
  readonly dry_run?: boolean | undefined;
}

/** Changes one rule by its own href; what is not given stays. */
export async function changeRule(
  tool: string,
  family: RuleFamily,
  args: RuleChanges,
  context: ToolContext,
): Promise<Answer<ChangeRow>> {
  const { before, rule, ruleSet } = await ruleTarget(args.href, family, context);
  const kind = kindAfter(rule, args.override_deny);
  const given = await resolveChanges(args, kind, context);
  const after: Rule = {
    ...rule,
    kind,
    enabled: args.enabled ?? rule.enabled,
    unscopedConsumers: args.unscoped_consumers ?? rule.unscopedConsumers,
    providers: given.providers?.map(({ actor }) => actor) ?? rule.providers,
    consumers: given.consumers?.map(({ actor }) => actor) ?? rule.consumers,
    services: given.ingress_services?.map(({ ref }) => ref) ?? rule.services,
    egressServices: given.egress_services?.map(({ ref }) => ref) ?? rule.egressServices,
  };
  const words = withResolved(await draftWords([{ ...ruleSet, rules: [rule] }], context), {
    actors: [...(given.providers ?? []), ...(given.consumers ?? [])],
    services: [...(given.ingress_services ?? []), ...(given.egress_services ?? [])],
  });
  const says = `change a rule of ruleset ${ruleSet.name} (${ruleWords(rule, words)})`;
  const step = updateStep({
    before,
    changes: {
      ...(args.enabled !== undefined && { enabled: args.enabled }),
      ...(args.description !== undefined && { description: args.description }),
      ...(args.unscoped_consumers !== undefined && { unscoped_consumers: args.unscoped_consumers }),
      ...(args.override_deny !== undefined && { override: args.override_deny }),
      ...listChange('providers', rule.providers, after.providers, given.providers),
      ...listChange('consumers', rule.consumers, after.consumers, given.consumers),
      ...listChange('ingress_services', rule.services, after.services, given.ingress_services),
      ...listChange('egress_services', rule.egressServices, after.egressServices, given.egress_services),
    },
    says,
    restore: (field, old) => (field === 'description' ? describedBefore(old) : asReferences(field, old)),
  });
  const warning =
    given.egress_services === undefined && given.consumers === undefined
      ? null
      : await widerProcessRule(
          await servicesOf(after.egressServices, context),
          after.consumers.map((actor) => ({ actor, key: 'href' in actor ? words.keyOf(actor.href) : null })),
          context,
        );
  const answer = await carryOut(
    context,
    {
      tool,
      title: says,
      effect: 'draft',
      requests: [step && { ...step, diff: step.diff.map((field) => spoken(field, rule, after, words)) }],
      widening: ruleSet.enabled ? ruleWidening(rule, after, words) : [],
      warnings: [
        ...(ruleSet.enabled ? [] : ['The ruleset is disabled: the rule has no effect until it is enabled.']),
        ...(warning === null ? [] : [warning]),
      ],
    },
    {
      dryRun: args.dry_run,
      done: `Rule of ruleset ${ruleSet.name} changed in the draft`,
      extra: {
        updated_fields: step?.diff.map(({ field }) => field) ?? [],
        ...(given.ingress_services && { ingress_services_resolved: given.ingress_services.map((pick) => pick.words) }),
        ...(given.egress_services && { egress_services_resolved: given.egress_services.map((pick) => pick.words) }),
        ...(warning !== null && { policy_widening_warning: warning }),
      },
    },
  );
  const { pce } = await context.changes();
  return withReadBack(answer, hrefOf(before), context, (now) => ({
    rule: ruleRow(readRule(now, familyOf(family), pce.orgId), words),
  }));
}

async function servicesOf(refs: readonly ServiceRef[], { pce, signal }: ToolContext): Promise<readonly Service[]> {
  const hrefs = new Set(refs.flatMap((ref) => (ref.kind === 'service' ? [ref.href] : [])));
  if (hrefs.size === 0) return [];
  return (await pce.services('draft', {}, { signal })).items.filter(({ href }) => hrefs.has(href));
}

const familyOf = (family: RuleFamily): 'allow' | 'deny' => (family === 'sec_rules' ? 'allow' : 'deny');

function kindAfter({ kind }: Rule, override: boolean | undefined): RuleKind {
  if (kind === 'allow' || override === undefined) return kind;
  return override ? 'override_deny' : 'deny';
}

interface Given {
  readonly providers?: readonly ActorRef[] | undefined;
  readonly consumers?: readonly ActorRef[] | undefined;
  readonly ingress_services?: readonly ServicePick[] | undefined;
  readonly egress_services?: readonly ServicePick[] | undefined;
}

async function resolveChanges(args: RuleChanges, kind: RuleKind, context: ToolContext): Promise<Given> {
  const source = await refSource(context);
  const { providers, consumers, ingress_services: ingress, egress_services: egress } = args;
  return {
    providers: providers && (await resolveActors(providers, 'providers', kind, source)),
    consumers: consumers && (await resolveActors(consumers, 'consumers', kind, source)),
    ingress_services: ingress && (await resolveServices(ingress, 'ingress_services', kind, source)),
    egress_services: egress && (await resolveServices(egress, 'egress_services', kind, source)),
  };
}

/** A list as a field to change; nothing where it says the same in another order or spelling. */
const listChange = (
  field: string,
  before: readonly (Actor | ServiceRef)[],
  after: readonly (Actor | ServiceRef)[],
  given: readonly { readonly wire: JsonObject }[] | undefined,
): JsonObject => (given === undefined || sameRefs(before, after) ? {} : { [field]: given.map(({ wire }) => wire) });

/** A difference of references as people read it; the wire form is in the request. */
function spoken(diff: FieldDiff, before: Rule, after: Rule, words: RefWords): FieldDiff {
  const say = (rule: Rule): readonly string[] | null => {
    switch (diff.field) {
      case 'providers':
        return rule.providers.map(words.actor);
      case 'consumers':
        return rule.consumers.map(words.actor);
      case 'ingress_services':
        return rule.services.map(words.service);
      case 'egress_services':
        return rule.egressServices.map(words.service);
      default:
        return null;
    }
  };
  const [old, now] = [say(before), say(after)];
  return old === null || now === null ? diff : { ...diff, before: old, after: now };
}

/** Deletes one rule by its own href. */
export async function deleteRule(
  tool: string,
  family: RuleFamily,
  { href, dry_run: planOnly }: { readonly href: string; readonly dry_run?: boolean | undefined },
  context: ToolContext,
): Promise<Answer<ChangeRow>> {
  const { before, rule, ruleSet, collection } = await ruleTarget(href, family, context);
  const words = await draftWords([{ ...ruleSet, rules: [rule] }], context);
  const name = `${rule.kind.replace('_', ' ')} rule (${ruleWords(rule, words)}) of ruleset ${ruleSet.name}`;
  const step = deleteStep({ before, says: `delete the ${name}`, again: { collection, body: bodyOf(before, family) } });
  return carryOut(
    context,
    {
      tool,
      title: `delete the ${name}`,
      effect: 'draft',
      requests: [step],
      widening: ruleSet.enabled ? ruleWidening(rule, null, words) : [],
    },
    {
      dryRun: planOnly,
      done: `Deleted in the draft: the ${name}`,
      extra: { note: 'The deletion is pending until the ruleset is provisioned.' },
    },
  );
}

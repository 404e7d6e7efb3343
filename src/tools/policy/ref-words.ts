import type { ActorRef } from '../../changes/refs-actors.ts';
import type { ScopesRef } from '../../changes/refs-scopes.ts';
import type { ServicePick } from '../../changes/refs-services.ts';
import type { RefWords } from '../../changes/widening-rules.ts';
import type { Href } from '../../core/href.ts';
import type { Actor, RuleSet, Service, ServiceRef } from '../../model/inventory.ts';
import { portText } from '../protocols.ts';
import type { ToolContext } from '../tool.ts';
import { policyNames } from './names.ts';

/** References of what stands in the draft, in words. */
export async function draftWords(ruleSets: readonly RuleSet[], { pce, signal }: ToolContext): Promise<RefWords> {
  const [names, labels, groups, services] = await Promise.all([
    policyNames(pce, 'draft', ruleSets, { signal }),
    pce.labels({}, { signal }),
    pce.labelGroups('draft', {}, { signal }),
    pce.services('draft', {}, { signal }),
  ]);
  const keys = new Map<Href, string>([...labels.items, ...groups.items].map(({ href, key }) => [href, key]));
  const every = new Set(services.items.filter(coversEverything).map(({ href }) => href));
  return {
    actor: names.actor,
    service: names.service,
    scope: names.scope,
    keyOf: (href) => keys.get(href) ?? null,
    isEveryService: (ref) => ref.kind === 'service' && every.has(ref.href),
  };
}

export interface Resolved {
  readonly actors?: readonly ActorRef[];
  readonly services?: readonly ServicePick[];
  readonly scopes?: ScopesRef;
}

/** The same, knowing besides what a call named and the draft may not have used so far. */
export function withResolved(base: RefWords | null, { actors = [], services = [], scopes }: Resolved): RefWords {
  const actorWords = new Map(actors.map((ref) => [idOf(ref.actor), ref.words]));
  const picked = new Map(services.map((pick) => [idOf(pick.ref), pick]));
  const keys = new Map(
    actors.flatMap(({ actor, key }) => ('href' in actor && key !== null ? [[actor.href, key]] : [])),
  );
  const scopeWords = new Map(scopes?.scopes.map((scope, index) => [JSON.stringify(scope), scopes.words[index]]));
  return {
    actor: (actor) => actorWords.get(idOf(actor)) ?? base?.actor(actor) ?? hrefIn(actor),
    service: (ref) => picked.get(idOf(ref))?.words ?? base?.service(ref) ?? serviceText(ref),
    scope: (entries) =>
      scopeWords.get(JSON.stringify(entries)) ?? base?.scope(entries) ?? entries.map(hrefIn).join(' '),
    keyOf: (href) => keys.get(href) ?? base?.keyOf(href) ?? null,
    isEveryService(ref) {
      const service = picked.get(idOf(ref))?.service;
      return service ? coversEverything(service) : (base?.isEveryService(ref) ?? false);
    },
  };
}

const idOf = (value: Actor | ServiceRef): string => JSON.stringify(value);
const hrefIn = (actor: Actor): string => ('href' in actor ? actor.href : actor.kind);
const serviceText = (ref: ServiceRef): string =>
  ref.kind === 'service' ? ref.href : portText(ref.proto, ref.port, ref.toPort);

const coversEverything = ({ process, ports }: Service): boolean =>
  process === null && ports.some((port) => port.proto === -1 && port.process === null && port.windowsService === null);

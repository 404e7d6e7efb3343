import { type Href, idOf, isHref } from '../../core/href.ts';
import { parseSpan } from '../../model/addresses/address.ts';
import { invalidUri, refused } from '../http/refusals.ts';
import { inputValidation } from '../http/validate.ts';
import type { World } from '../world.ts';
import { CHOICES } from '../choices.ts';
import type { ActorTest, ServiceTest, Side, TrafficQuestion } from './question.ts';
import { type ActorBody, type QuestionRules, questionCheck, type ServiceBody } from './question-schema.ts';

/**
 * A reader of query bodies (traffic.md §2.4–2.7). It throws 406: `input_validation_error` for what the grammar refuses, `invalid_uri` for
 * the href of nothing, `invalid_timestamp` for a time that cannot be read.
 */
export function questionReader(rules: QuestionRules): (body: unknown, world: World) => TrafficQuestion {
  const check = questionCheck(rules);
  return (body, world) => {
    const given = check(body);
    const { include: types, exclude: noTypes } = given.data_sources ?? {};
    const side = ({ include, exclude }: typeof given.sources): Side => {
      const groups = (include ?? []).map((group) => group.map((actor) => readActor(actor, world)));
      return {
        // An empty group asks for nothing in particular, so it makes the whole side any: `[[]]` (traffic.md §2.5).
        include: groups.some((group) => group.length === 0) ? [] : groups,
        exclude: (exclude ?? []).map((actor) => readActor(actor, world)),
      };
    };
    return {
      fromMs: given.start_date === undefined ? 0 : instant(given.start_date, rules),
      toMs: given.end_date === undefined ? Number.MAX_SAFE_INTEGER : instant(given.end_date, rules),
      sources: side(given.sources),
      destinations: side(given.destinations),
      services: {
        include: (given.services.include ?? []).map(readService),
        exclude: (given.services.exclude ?? []).map(readService),
      },
      either: given.sources_destinations_query_op === 'or',
      decisions: given.policy_decisions ?? [],
      boundaryDecisions: (given.boundary_decisions ?? []).map((word) =>
        word === 'override_deny_rule' ? 'blocked_by_override_deny' : word,
      ),
      clientTypes: { include: types ?? [], exclude: noTypes ?? [] },
      workloadsOutsideIpLists: given.exclude_workloads_from_ip_list_query ?? true,
      maxResults: given.max_results ?? CHOICES.trafficMaxResults,
    };
  };
}

function readActor(actor: ActorBody, world: World): ActorTest {
  const existing = (given: string, find: (href: Href) => unknown): Href => {
    const href = given.replace(/^\/api\/v2(?=\/)/, '');
    if (isHref(href) && href.startsWith(`/orgs/${world.orgId}/`) && find(href) !== undefined) return href;
    throw invalidUri(given);
  };
  if ('label' in actor) {
    const label = (href: Href) => world.label(Number(idOf(href)));
    return { kind: 'label', id: Number(idOf(existing(actor.label.href, label))) };
  }
  if ('workload' in actor) {
    return { kind: 'workload', id: idOf(existing(actor.workload.href, (href) => world.workload(idOf(href)))) };
  }
  const object = (href: Href) => world.object(href);
  if ('label_group' in actor) return { kind: 'label_group', href: existing(actor.label_group.href, object) };
  if ('ip_list' in actor) return { kind: 'ip_list', href: existing(actor.ip_list.href, object) };
  if ('ip_address' in actor) {
    const text = typeof actor.ip_address === 'string' ? actor.ip_address : actor.ip_address.value;
    const span = parseSpan(text);
    // Ranges written with a dash are not accepted (traffic.md §2.5).
    if (!span) throw inputValidation('traffic_flows_ip_address_param', `Invalid IP address: ${JSON.stringify(text)}`);
    return { kind: 'ip_address', span };
  }
  if ('actors' in actor) return { kind: 'ams' };
  if ('transmission' in actor) return { kind: 'transmission', value: actor.transmission };
  if ('fqdn' in actor) return { kind: 'fqdn', pattern: actor.fqdn };
  return { kind: 'nowhere' };
}

function readService(service: ServiceBody): ServiceTest {
  return {
    port: service.port,
    toPort: service.to_port,
    proto: service.proto,
    process: service.process_name,
    windowsService: service.windows_service_name,
  };
}

function instant(text: string, { strict }: QuestionRules): number {
  const [, day, time, zone] =
    /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?)(Z|[+-]\d\d:?\d\d)?)?$/i.exec(text) ?? [];
  const ms = Date.parse(`${day}T${time ?? '00:00'}${zone?.toUpperCase() ?? 'Z'}`);
  if (Number.isNaN(ms) || (strict && zone === undefined)) {
    throw refused('invalid_timestamp', `Invalid timestamp: {${text.slice(0, 40)}}`);
  }
  return ms;
}

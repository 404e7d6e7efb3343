import { Failure } from '../core/errors.ts';
import { parseExpression, type Term } from '../core/expression.ts';
import { type Href, href as parseHref } from '../core/href.ts';
import { isObject, type JsonObject } from '../core/json.ts';
import type { PceView } from '../pce/view.ts';
import type { PceReader } from './plan.ts';

/**
 * What callers write for labels, actors and services, resolved for a write. Everything resolves exactly or the call fails; policy
 * objects are those of the draft, because only they can stand in a draft rule (objects.md §8.3).
 */
export interface RefSource {
  readonly view: PceView;
  readonly pce: PceReader;
  readonly signal: AbortSignal;
  /** What was read by href so far. */
  readonly targets: Map<Href, Promise<JsonObject>>;
}

/** One list item, read but not resolved. `excluded`: every label in it is meant as an exclusion (`{label, exclusion: true}`). */
export interface Item {
  readonly terms: readonly Term[];
  readonly excluded: boolean;
}

const WIRE_KINDS = ['label', 'label_group', 'ip_list', 'workload', 'virtual_service', 'virtual_server'] as const;

/**
 * An item of an actor or scope list: a label expression, an href, or as JSON text `{key, value}`, `{href}` or the PCE's own
 * `{label: {href}}`. Names and values with blanks may stand unquoted when they are the whole item, as the reference server takes
 * them: `iplist:Any (0.0.0.0/0 and ::/0)`.
 */
export function readItem(item: string): Item {
  const given = item.trim();
  if (given.startsWith('{')) return readObject(parseJson(given), given);
  try {
    return { terms: parseExpression(given).terms, excluded: false };
  } catch (error) {
    const whole = wholeItem(given);
    if (whole === null) throw error;
    return { terms: [whole], excluded: false };
  }
}

function wholeItem(given: string): Term | null {
  if (given.includes('"')) return null;
  const [, kind, name] = /^(group|iplist|workload):(.+)$/s.exec(given) ?? [];
  if ((kind === 'group' || kind === 'iplist' || kind === 'workload') && name !== undefined) return { kind, name };
  const [, key, value] = /^([^\s=!|/]+)=([^=|]+)$/s.exec(given) ?? [];
  return key === undefined || value === undefined ? null : { kind: 'label', key, negated: false, values: [value] };
}

function readObject(value: unknown, given: string): Item {
  if (!isObject(value)) throw malformed(given);
  const excluded = value['exclusion'] === true;
  const { href, key, value: labelValue, actors } = value;
  if (typeof href === 'string') return { terms: [{ kind: 'href', href: parseHref(href) }], excluded };
  if (typeof key === 'string' && typeof labelValue === 'string')
    return { terms: [{ kind: 'label', key, negated: false, values: [labelValue] }], excluded };
  if (actors === 'ams') return { terms: [{ kind: 'ams' }], excluded };
  const inner = WIRE_KINDS.map((kind) => value[kind]).find((member) => member !== undefined);
  if (!isObject(inner)) throw malformed(given);
  return { terms: readObject(inner, given).terms, excluded };
}

function parseJson(given: string): unknown {
  try {
    return JSON.parse(given);
  } catch {
    throw malformed(given);
  }
}

const malformed = (given: string): Failure =>
  new Failure('invalid_arguments', {
    message: `This item could not be read: ${given.slice(0, 80)}`,
    remedy: 'Write app=ordering, {"key","value"}, an href, iplist:NAME, group:NAME, workload:NAME or ams.',
  });

/**
 * The live object of an href, in the draft where it is versioned; read once in a call. Throws `not_found`, also for one that is
 * deleted.
 */
export function readTarget(target: Href, source: RefSource): Promise<JsonObject> {
  const known = source.targets.get(target);
  if (known !== undefined) return known;
  const read = readLive(target, source);
  source.targets.set(target, read);
  return read;
}

async function readLive(target: Href, { pce, signal }: RefSource): Promise<JsonObject> {
  const object = await pce.read(target, signal);
  if (object === null || object['deleted'] === true)
    throw new Failure('not_found', { message: `There is no object ${target}.`, data: { href: target } });
  refuseDeleted(target, object['update_type']);
  return object;
}

/** Nothing can refer to an object that is pending deletion (objects.md §9). Throws `not_found`. */
export function refuseDeleted(href: Href, updateType: unknown): void {
  if (updateType !== 'delete') return;
  throw new Failure('not_found', {
    message: `${href} is pending deletion, so nothing can refer to it.`,
    remedy: 'Revert its deletion first (revert-draft), or use another object.',
    data: { href },
  });
}

import type { Href } from '../../core/href.ts';
import { isObject } from '../../core/json.ts';
import { badAnswer } from '../http/failures.ts';
import { ownHref } from '../own-href.ts';

/**
 * One record of the PCE on its way into the model. Every reader checks the type of one field and throws `pce_bad_answer` naming it;
 * absent and null read alike, unknown fields are not looked at, and text stays data whatever it says.
 */
export interface Wire {
  readonly fields: Readonly<Record<string, unknown>>;
  /** What it is, for the message: `workload`. */
  readonly what: string;
  /** The org whose hrefs are accepted. */
  readonly org: string;
}

export function record(value: unknown, what: string, org: string): Wire {
  if (!isObject(value)) throw badAnswer(`The PCE sent a ${what} that is not an object.`);
  return { fields: value, what, org };
}

const wrong = ({ what }: Wire, field: string, expected: string) =>
  badAnswer(`The PCE sent a ${what} whose "${field}" is not ${expected}.`, { what, field });

export function optionalText(from: Wire, field: string): string | null {
  const value = from.fields[field];
  if (value === undefined || value === null) return null;
  if (typeof value !== 'string') throw wrong(from, field, 'text');
  return value;
}

export function text(from: Wire, field: string): string {
  const value = optionalText(from, field);
  if (value === null) throw wrong(from, field, 'text');
  return value;
}

export function optionalNumber(from: Wire, field: string): number | null {
  const value = from.fields[field];
  if (value === undefined || value === null) return null;
  if (typeof value !== 'number') throw wrong(from, field, 'a number');
  return value;
}

export function number(from: Wire, field: string): number {
  const value = optionalNumber(from, field);
  if (value === null) throw wrong(from, field, 'a number');
  return value;
}

export function flag(from: Wire, field: string, absent: boolean): boolean {
  const value = from.fields[field];
  if (value === undefined || value === null) return absent;
  if (typeof value !== 'boolean') throw wrong(from, field, 'true or false');
  return value;
}

const EMPTY: readonly unknown[] = [];

export function list(from: Wire, field: string): readonly unknown[] {
  const value = from.fields[field];
  if (value === undefined || value === null) return EMPTY;
  if (!Array.isArray(value)) throw wrong(from, field, 'a list');
  return value;
}

/** The objects of a list, each as a record of its own. */
export const records = (from: Wire, field: string, what: string): readonly Wire[] =>
  list(from, field).map((value) => record(value, what, from.org));

export function optionalRecord(from: Wire, field: string, what: string): Wire | null {
  const value = from.fields[field];
  return value === undefined || value === null ? null : record(value, what, from.org);
}

export function oneOf<const T extends string>(from: Wire, field: string, allowed: readonly T[], absent: T): T {
  const value = optionalText(from, field);
  if (value === null) return absent;
  const known = allowed.find((word) => word === value);
  if (known === undefined) throw wrong(from, field, `one of ${allowed.join(', ')}`);
  return known;
}

/** A list of words, the unknown ones refused. */
export const manyOf = <const T extends string>(from: Wire, field: string, allowed: readonly T[]): readonly T[] =>
  list(from, field).map((value) => {
    const known = allowed.find((word) => word === value);
    if (known === undefined) throw wrong(from, field, `a list of ${allowed.join(', ')}`);
    return known;
  });

/** An href of this org, or of none (`/users/0`, `/system_events/…`); one of another org is refused (attack 32). */
export function hrefOf(from: Wire, field = 'href'): Href {
  const value = optionalHref(from, field);
  if (value === null) throw wrong(from, field, 'an href');
  return value;
}

export function optionalHref(from: Wire, field = 'href'): Href | null {
  const value = optionalText(from, field);
  if (value === null) return null;
  const href = ownHref(value, from.org);
  if (href === null) throw wrong(from, field, 'an href of this org');
  return href;
}

/** `{ "label": { "href": … } }`: the href inside, or null when the field is absent. */
export function reference(from: Wire, field: string): Href | null {
  const inner = optionalRecord(from, field, `${field} of a ${from.what}`);
  return inner === null ? null : hrefOf(inner);
}

import { createHash } from 'node:crypto';
import type { LabelRecord } from '../estates/estate.ts';
import { type Row, shown } from './csv.ts';

export const ORG = 1;
const HIGHEST = 2 ** 31;

/** Ids of imported objects: those of the PCE they come from where a file says them, new ones where not. Names are unique. */
export interface Registry {
  /** The id for a new object. Throws ImportError when its name or id is taken. */
  add(row: Row, href: string, name: string): string;
  /** The id of a name; undefined: there is none. */
  find(name: string): string | undefined;
}

export function createRegistry(kind: string, ids: 'integer' | 'uuid'): Registry {
  const byName = new Map<string, string>();
  const taken = new Set<string>();
  let last = 0;
  const fresh = (name: string): string => {
    if (ids === 'uuid') return uuidFrom(`${kind}/${name}`);
    do last++;
    while (taken.has(String(last)));
    return String(last);
  };
  return {
    add(row, href, name) {
      if (name === '') throw row.wrong(`a ${kind} needs a name`);
      if (byName.has(name)) throw row.wrong(`there are two of the ${kind} ${shown(name)}`);
      const own = idIn(href, ids);
      if (href !== '' && own === null) throw row.wrong(`${shown(href)} is not the href of a ${kind}`);
      const id = own ?? fresh(name);
      if (taken.has(id)) throw row.wrong(`there are two of the ${kind} ${id}`);
      taken.add(id);
      byName.set(name, id);
      return id;
    },
    find: (name) => byName.get(name),
  };
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** The id at the end of an href; null when it has none of that form. */
export function idIn(href: string, ids: 'integer' | 'uuid'): string | null {
  const id = href.slice(href.lastIndexOf('/') + 1);
  if (ids === 'uuid') return UUID.test(id) ? id : null;
  return /^[1-9]\d{0,9}$/.test(id) && Number(id) < HIGHEST ? id : null;
}

/** A UUID of version 4's form, the same for the same text. */
export function uuidFrom(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** The labels of an import: those a file lists, and those that others only use. */
export interface Labels {
  all(): readonly LabelRecord[];
  add(row: Row, href: string, key: string, value: string, createdMs: number): void;
  /** Whether somebody listed or used it. */
  has(key: string, value: string): boolean;
  /** The id of a label, which is made when nobody listed it. */
  id(row: Row, key: string, value: string): number;
}

export function createLabels(nowMs: number): Labels {
  const labels = new Map<number, LabelRecord>();
  const byName = new Map<string, number>();
  let last = 0;
  const put = (row: Row, own: number | null, key: string, value: string, createdMs: number): number => {
    if (!/^[\w.-]{1,64}$/.test(key)) throw row.wrong(`${shown(key)} is not a label key`);
    if (value.trim() === '' || value.length > 255) throw row.wrong(`${shown(value)} is not a label value`);
    if (own === null) {
      do last++;
      while (labels.has(last));
    }
    const id = own ?? last;
    if (labels.has(id)) throw row.wrong(`there are two labels with the id ${id}`);
    labels.set(id, { id, key, value, createdMs, updatedMs: createdMs, createdBy: 1 });
    byName.set(nameOf(key, value), id);
    return id;
  };
  return {
    all: () => [...labels.values()],
    add(row, href, key, value, createdMs) {
      if (byName.has(nameOf(key, value))) throw row.wrong(`there are two labels ${key}:${shown(value)}`);
      const own = idIn(href, 'integer');
      if (href !== '' && own === null) throw row.wrong(`${shown(href)} is not the href of a label`);
      put(row, own === null ? null : Number(own), key, value, createdMs);
    },
    has: (key, value) => byName.has(nameOf(key, value)),
    id: (row, key, value) => byName.get(nameOf(key, value)) ?? put(row, null, key, value, nowMs),
  };
}

/** Exactly: estates that grew have labels that differ in case alone. */
const nameOf = (key: string, value: string): string => `${key}\0${value}`;

export const labelRef = (id: number) => ({ href: `/orgs/${ORG}/labels/${id}` });
export const draftHref = (type: string, id: string): string => `/orgs/${ORG}/sec_policy/draft/${type}/${id}`;

/** The href of a policy object by name. Throws ImportError. */
export function hrefOfNamed(row: Row, registry: Registry, type: string, name: string): string {
  const id = registry.find(name);
  if (id === undefined)
    throw row.wrong(`there is no ${type.replace(/s$/, '').replaceAll('_', ' ')} ${shown(name)} in the files`);
  return draftHref(type, id);
}

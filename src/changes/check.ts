import { Failure } from '../core/errors.ts';
import type { JsonObject } from '../core/json.ts';
import { digestOf, digestOfAll } from './digest.ts';
import { nameOf } from './wire.ts';
import type { Check, PceReader } from './plan.ts';

/** Throws `conflict` when what must hold does not hold any more. Reads, never writes. */
export async function verify(check: Check, pce: PceReader, signal?: AbortSignal): Promise<void> {
  switch (check.kind) {
    case 'none':
      return;
    case 'unchanged': {
      const now = await pce.read(check.href, signal);
      if (now === null) throw conflict(`${check.href} is gone.`);
      if (digestOf(now, check.fields) !== check.digest) throw conflict(`${nameOf(now)} was changed since it was read.`);
      return;
    }
    case 'absent': {
      const there = await findExact(check.collection, check.match, pce, signal);
      if (there.length > 0) throw conflict(`${describe(check.match)} exists already.`, { href: there[0]?.['href'] });
      return;
    }
    case 'pending': {
      const objects = await Promise.all(check.hrefs.map((href) => pce.read(href, signal)));
      const present = objects.filter((object) => object !== null);
      if (present.length < objects.length || digestOfAll(present) !== check.digest)
        throw conflict('The draft was changed since it was previewed.');
      return;
    }
  }
}

/** Objects of a collection whose fields are exactly these; the PCE's own filters match substrings (objects.md §4.1). */
export async function findExact(
  collection: string,
  match: Readonly<Record<string, string>>,
  pce: PceReader,
  signal?: AbortSignal,
): Promise<readonly JsonObject[]> {
  const found = await pce.list(collection, match, signal);
  return found.filter((object) => Object.entries(match).every(([field, value]) => object[field] === value));
}

const describe = (match: Readonly<Record<string, string>>): string => {
  const { key, value, name } = match;
  return key !== undefined && value !== undefined
    ? `Label ${key}=${value}`
    : `"${name ?? Object.values(match).join(' ')}"`;
};

const conflict = (message: string, data: Readonly<Record<string, unknown>> = {}): Failure =>
  new Failure('conflict', { message, data });

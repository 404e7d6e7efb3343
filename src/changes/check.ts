import { Failure } from '../core/errors.ts';
import type { JsonObject } from '../core/json.ts';
import { broken } from './bulk-rows.ts';
import { committedDigest, digestOf, digestOfAll } from './digest.ts';
import { newestVersion, pendingObjects, readVersion } from './policy-objects.ts';
import { nameOf } from './wire.ts';
import type { Check, Contents, PceReader } from './plan.ts';

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
      const objects = [...(await readVersion(check.hrefs, 'draft', pce, signal)).values()];
      const present = objects.filter((object) => object !== null);
      if (present.length < objects.length || digestOfAll(present) !== check.digest)
        throw conflict('The draft was changed since it was previewed.');
      return;
    }
    case 'each': {
      const found = await broken(check.collection, check.items, pce, signal);
      const [first] = found;
      if (first !== undefined)
        throw conflict(`${first} since it was read${found.length > 1 ? `, and ${found.length - 1} more` : ''}.`, {
          changed: found.slice(0, SHOWN),
        });
      return;
    }
    case 'clean':
      return verifyClean(check.version, pce, signal);
    case 'staged':
      return verifyStaged(check.contents, pce, signal);
  }
}

const SHOWN = 10;

async function verifyClean(version: number | null, pce: PceReader, signal: AbortSignal | undefined): Promise<void> {
  const [pending, newest] = await Promise.all([pendingObjects(pce, signal), newestVersion(pce, signal)]);
  if (pending.length > 0)
    throw conflict(
      `${pending.length === 1 ? 'A draft change is' : `${pending.length} draft changes are`} pending; they would be mixed up with what is restored.`,
      {
        pending: pending
          .slice(0, SHOWN)
          .map(({ name, href, by }) => `${name} (${href}${by === null ? '' : ` by ${by}`})`),
      },
    );
  if (newest !== version)
    throw conflict(`Version ${newest} was provisioned since; this was planned on version ${version}.`);
}

async function verifyStaged(contents: Contents, pce: PceReader, signal: AbortSignal | undefined): Promise<void> {
  const [pending, drafts] = await Promise.all([
    pendingObjects(pce, signal),
    readVersion(Object.keys(contents), 'draft', pce, signal),
  ]);
  const foreign = pending.find(({ href }) => !(href in contents));
  if (foreign !== undefined) throw conflict(`${foreign.name} is pending too, which was not planned.`);
  for (const [href, digest] of Object.entries(contents)) {
    const draft = drafts.get(href) ?? null;
    if ((draft === null ? null : committedDigest(draft)) !== digest)
      throw conflict(`The draft of ${draft === null ? href : nameOf(draft)} is not what was planned.`);
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

import { CHOICES } from '../choices.ts';
import { notFound } from '../http/refusals.ts';
import { ApiError, type Request } from '../http/route.ts';
import type { WorldState } from '../world-state.ts';
import type { VersionName } from './policy-store.ts';

/** The policy version of a path: `draft`, `active` or the number of one that exists. Throws 404. */
export function versionOf({ world, params }: Pick<Request<WorldState>, 'world' | 'params'>): VersionName {
  const text = params['version'] ?? '';
  if (text === 'draft' || text === 'active') return text;
  const version = world.policies.versions.find((record) => String(record.version) === text);
  if (!version) throw notFound();
  return version.version;
}

/** Only the draft can be written (objects.md §1.1). */
export function requireDraft({ params }: Pick<Request<WorldState>, 'params'>): void {
  if (params['version'] !== 'draft') throw new ApiError(CHOICES.writeToActiveStatus, ...CHOICES.methodNotAllowed);
}

import type { JsonObject } from '../../../core/json.ts';
import type { Random } from '../../random.ts';
import { DAY, MINUTE } from '../calendar.ts';
import type { VersionedSeed } from '../estate.ts';

/** A seed whose draft and active copies are the same; made by the system when it is one of the PCE's own objects. */
export function provisioned(
  id: string,
  body: JsonObject,
  author: number,
  random: Random,
  nowMs: number,
): VersionedSeed {
  const createdMs = nowMs - random.between(200, 850) * DAY - random.below(1440) * MINUTE;
  const updatedMs = author === 0 ? createdMs : createdMs + random.below(100) * DAY;
  return { id, createdMs, updatedMs, createdBy: author, updatedBy: author, active: body };
}

/** The name of a policy object. */
export function nameOf(seed: VersionedSeed): string {
  const name = (seed.active ?? seed.draft?.body)?.['name'];
  return typeof name === 'string' ? name : '';
}

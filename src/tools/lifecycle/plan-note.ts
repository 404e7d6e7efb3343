import type { PlannedRequest } from '../../changes/plan.ts';
import { isObject } from '../../core/json.ts';

/** The note that a planned commit gives its version. */
export function noteOf({ body }: PlannedRequest): string {
  const note = isObject(body) ? body['update_description'] : undefined;
  return typeof note === 'string' ? note : '';
}

import type { UserRecord } from '../estates/estate.ts';
import { forbidden, notFound } from '../http/refusals.ts';
import type { Request } from '../http/route.ts';
import { userHref } from '../objects/wire.ts';
import type { WorldState } from '../world-state.ts';

type Call = Request<WorldState>;

/** The user of the path. Throws 404. */
export function userOf({ world, params }: Call): UserRecord {
  const user = world.estate.users.find(({ id }) => String(id) === params['id']);
  if (!user) throw notFound();
  return user;
}

/** The user of the path, who has to be the caller: keys are one's own (objects.md §2.3). */
export function self(request: Call): UserRecord {
  const user = userOf(request);
  if (userHref(user.id) !== request.caller.href) throw forbidden();
  return user;
}

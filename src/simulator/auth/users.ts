import { createHash } from 'node:crypto';
import type { JsonObject } from '../../core/json.ts';
import { fieldChanges } from '../http/audit.ts';
import { textParam } from '../http/query.ts';
import { forbidden, notFound, refusedAs } from '../http/refusals.ts';
import { collection, type Request, type ResourceChange, type Route } from '../http/route.ts';
import { flag, oneOf, open, record, text } from '../http/schema.ts';
import { bodyCheck } from '../http/validate.ts';
import { isoTime, userHref } from '../objects/wire.ts';
import type { WorldState } from '../world-state.ts';
import { sameSecret } from './authenticate.ts';
import type { StoredUser } from './user-store.ts';

type Call = Request<WorldState>;

/** The user of the path. Throws 404. */
export function userOf({ world, params }: Call): StoredUser {
  const id = params['id'] ?? '';
  const user = /^\d{1,9}$/.test(id) ? world.users.get(Number(id)) : undefined;
  if (!user) throw notFound();
  return user;
}

/** The user of the path, who has to be the caller: keys are one's own (objects.md §2.3). */
export function self(request: Call): StoredUser {
  const user = userOf(request);
  if (userHref(user.id) !== request.caller.href) throw forbidden();
  return user;
}

export const renderUser = (world: WorldState, user: StoredUser): JsonObject => ({
  href: userHref(user.id),
  type: user.local ? 'local' : 'external',
  username: user.username,
  full_name: user.fullName,
  display_name: user.fullName,
  time_zone: user.timeZone,
  locked: user.locked,
  effective_groups: [],
  last_login_on: isoTime(world.estate.nowMs),
  last_login_ip_address: '127.0.0.1',
  login_count: 1,
  presence_status: 'offline',
  ...(user.local && { local_profile: {} }),
  created_at: isoTime(user.createdMs),
  updated_at: isoTime(user.updatedMs),
});

const check = {
  post: bodyCheck<{ readonly username: string; readonly full_name?: string; readonly time_zone?: string }>(
    'users_post',
    record(
      {
        username: { type: 'string', pattern: '^[^@\\s]+@[^@\\s]+$' },
        full_name: text,
        time_zone: text,
        type: oneOf('local'),
      },
      ['username', 'type'],
    ),
  ),
  put: bodyCheck<{ readonly full_name?: string; readonly time_zone?: string; readonly locked?: boolean }>(
    'users_put',
    record({ full_name: text, time_zone: text, locked: flag }),
  ),
  profile: bodyCheck<unknown>('users_local_profile_post', open({})),
  password: bodyCheck<{ readonly current_password: string; readonly new_password: string }>(
    'users_local_profile_password_put',
    open({ current_password: text, new_password: text }, ['current_password', 'new_password']),
  ),
  newPassword: bodyCheck<{ readonly password: string }>(
    'login_users_password_put',
    record({ password: text }, ['password']),
  ),
};

/** What is kept of a password: enough to recognise it. */
export const passwordDigest = (password: string): string => createHash('sha256').update(password).digest('hex');

function change(world: WorldState, before: StoredUser | null, after: StoredUser): ResourceChange {
  return {
    resource: { user: { href: userHref(after.id), type: 'local', username: after.username } },
    changeType: before ? 'update' : 'create',
    changes: before ? fieldChanges(renderUser(world, before), renderUser(world, after)) : {},
  };
}

function store(request: Call, eventType: string, before: StoredUser | null, after: StoredUser): StoredUser {
  request.world.users.put(after);
  request.audit(eventType, [change(request.world, before, after)]);
  return after;
}

const edited = (request: Call, eventType: string, fields: Partial<StoredUser>) => {
  const before = userOf(request);
  store(request, eventType, before, { ...before, ...fields, updatedMs: request.world.clock.now() });
  return { status: 204 };
};

function create(request: Call) {
  const { world } = request;
  const given = check.post(request.body);
  if (world.users.byName(given.username)) throw refusedAs('userExists');
  const now = world.clock.now();
  const made = store(request, 'user.create', null, {
    id: world.ids.next('users'),
    username: given.username,
    fullName: given.full_name ?? '',
    timeZone: given.time_zone ?? 'UTC',
    locked: false,
    password: null,
    local: true,
    createdMs: now,
    updatedMs: now,
  });
  return { status: 201, json: renderUser(world, made) };
}

function update(request: Call) {
  const given = check.put(request.body);
  return edited(request, 'user.update', {
    ...(given.full_name !== undefined && { fullName: given.full_name }),
    ...(given.time_zone !== undefined && { timeZone: given.time_zone }),
    ...(given.locked !== undefined && { locked: given.locked }),
  });
}

/** A user changes its own password; that ends its other sessions on no PCE. */
function changePassword(request: Call) {
  const user = self(request);
  const given = check.password(request.body);
  if (user.password !== null && !sameSecret(user.password, passwordDigest(given.current_password)))
    throw refusedAs('wrongPassword');
  return edited(request, 'user.update_password', { password: passwordDigest(given.new_password) });
}

/** People who can log in (objects.md §2.3). What they may do in the organisation stands in permissions. */
export const userRoutes: readonly Route<WorldState>[] = [
  {
    method: 'GET',
    path: '/users',
    access: 'read',
    collection: true,
    schema: 'users_get',
    handle({ world, query }) {
      const type = textParam(query, 'type');
      const all = world.users.all();
      const found = all.filter(({ local }) => type === undefined || (type === 'local') === local);
      return collection(found, all.length, (user) => renderUser(world, user));
    },
  },
  { method: 'POST', path: '/users', access: 'write', schema: 'users_get', handle: create },
  {
    method: 'GET',
    path: '/users/:id',
    access: 'read',
    schema: 'users_get',
    handle: (request) => ({ status: 200, json: renderUser(request.world, userOf(request)) }),
  },
  { method: 'PUT', path: '/users/:id', access: 'write', handle: update },
  {
    method: 'POST',
    path: '/users/:id/local_profile',
    access: 'write',
    handle(request) {
      check.profile(request.body ?? {});
      edited(request, 'user.create', { local: true });
      return { status: 201, json: renderUser(request.world, userOf(request)) };
    },
  },
  {
    method: 'DELETE',
    path: '/users/:id/local_profile',
    access: 'write',
    handle: (request) => edited(request, 'user.delete', { local: false, password: null }),
  },
  { method: 'PUT', path: '/users/:id/local_profile/password', access: 'read', handle: changePassword },
  {
    method: 'PUT',
    path: '/users/:id/local_profile/reinvite',
    access: 'write',
    handle(request) {
      check.profile(request.body ?? {});
      return edited(request, 'user.reinvite', { password: null });
    },
  },
  {
    method: 'PUT',
    path: '/login_users/:id/password',
    access: 'write',
    handle: (request) =>
      edited(request, 'user.update_password', { password: passwordDigest(check.newPassword(request.body).password) }),
  },
];

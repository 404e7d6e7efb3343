import { CHOICES } from '../choices.ts';
import { unauthorized } from '../http/refusals.ts';
import { collection, type Request, type Route } from '../http/route.ts';
import { open } from '../http/schema.ts';
import { bodyCheck } from '../http/validate.ts';
import { isoTime, userHref } from '../objects/wire.ts';
import type { WorldState } from '../world-state.ts';
import { authenticate, basicCredentials, sameSecret } from './authenticate.ts';
import { permissionsOf } from './grants.ts';
import type { StoredUser } from './user-store.ts';
import { passwordDigest, self, userOf } from './users.ts';

type Call = Request<WorldState>;

const checkLogout = bodyCheck<unknown>('users_logout_put', open({}));

/** Any password of a known user will do, as long as nobody set one. */
function passwordLogin({ world, headers }: Call) {
  const credentials = basicCredentials(headers['authorization']);
  const user = credentials && world.users.byName(credentials.name);
  if (!user || user.locked || !user.local || credentials.secret === '') throw unauthorized();
  if (user.password !== null && !sameSecret(user.password, passwordDigest(credentials.secret))) throw unauthorized();
  return { status: CHOICES.authenticateStatus, json: { auth_token: world.sessions.authToken(user) } };
}

/** Trades the token of the password login for a session; with an API key it only tells who one is (objects.md §2.2). */
function login(request: Call) {
  const { world, headers } = request;
  const token = /^Token token=(.+)$/i.exec(headers['authorization'] ?? '')?.[1];
  const user = token === undefined ? callersUser(request) : world.sessions.redeem(token);
  if (!user || user.locked) throw unauthorized();
  return {
    status: 200,
    json: {
      full_name: user.fullName,
      local: true,
      type: 'local',
      href: userHref(user.id),
      auth_username: `user_${user.id}`,
      inactivity_expiration_minutes: CHOICES.sessionMinutes,
      start: `${isoTime(world.clock.now()).slice(0, 19).replace('T', ' ')} UTC`,
      time_zone: 'UTC',
      last_login_ip_address: '127.0.0.1',
      last_login_on: isoTime(world.clock.now()),
      login_url: `https://${world.estate.pceFqdn}/login`,
      orgs: [organisation(world, user)],
      session_token: world.sessions.open(user),
      version_tag: world.release.product.long_display,
      product_version: world.release.product,
    },
  };
}

function callersUser({ world, headers, from }: Call): StoredUser | null {
  const caller = authenticate(world, headers['authorization'], from);
  return world.users.all().find(({ id }) => userHref(id) === caller.href) ?? null;
}

const organisation = (world: WorldState, user: StoredUser) => ({
  org_id: world.orgId,
  org_href: `/orgs/${world.orgId}`,
  href: `/orgs/${world.orgId}`,
  display_name: world.estate.pceFqdn,
  role_scopes: permissionsOf(world, user).map(({ id, body }) => ({
    role: body['role'],
    scope: body['scope'],
    href: `/orgs/${world.orgId}/users/${user.id}/role_scopes/${id}`,
  })),
});

/** Sessions and users (objects.md §2.2). */
export const loginRoutes: readonly Route<WorldState>[] = [
  { method: 'POST', path: '/login_users/authenticate', access: 'open', handle: passwordLogin },
  { method: 'GET', path: '/users/login', access: 'open', schema: 'users_login_get', handle: login },
  {
    method: 'PUT',
    path: '/users/:id/logout',
    access: 'read',
    handle(request) {
      checkLogout(request.body ?? {});
      const user = self(request);
      request.world.sessions.close(user);
      request.audit('user.logout', [
        {
          resource: { user: { href: userHref(user.id), type: 'local', username: user.username } },
          changeType: 'update',
          changes: {},
        },
      ]);
      return { status: 204 };
    },
  },
  {
    method: 'GET',
    path: '/users/:id/orgs',
    access: 'read',
    collection: true,
    handle(request) {
      const orgs = [organisation(request.world, userOf(request))];
      return collection(orgs, orgs.length, (org) => org);
    },
  },
];

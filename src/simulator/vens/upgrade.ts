import type { JsonObject } from '../../core/json.ts';
import { notFound, refusedAs } from '../http/refusals.ts';
import { ApiError, type Request, type Route } from '../http/route.ts';
import { flag, list, record, text } from '../http/schema.ts';
import { bodyCheck } from '../http/validate.ts';
import { isManaged, type Managed } from '../objects/ven-wire.ts';
import { idIn, venHref } from '../objects/wire.ts';
import { requireInScope } from '../objects/workload-edit.ts';
import type { StoredWorkload } from '../objects/workload-store.ts';
import { workloadOf } from '../objects/workloads.ts';
import type { WorldState } from '../world-state.ts';
import { agentChange } from './change.ts';
import { RELEASES } from './releases.ts';
import { venNow } from './upgrading.ts';
import { comparableVersion, withoutBuild } from './version.ts';

type Call = Request<WorldState>;

const hrefs = (maxItems: number) => list(record({ href: text }, ['href']), { minItems: 1, maxItems });

const MOST_VENS = 25_000;
const DAY_SECONDS = 86_400;

const checkUpgrade = bodyCheck<{
  readonly release: string;
  readonly vens: readonly { readonly href: string }[];
  readonly upgrade_timeout_seconds?: number;
  readonly dry_run?: boolean;
}>(
  'vens_upgrade_put',
  record(
    {
      release: text,
      vens: hrefs(MOST_VENS),
      upgrade_timeout_seconds: { type: 'integer', minimum: 900, maximum: 15_552_000 },
      // In no schema, and sent all the same (objects.md §6.7).
      dry_run: flag,
    },
    ['release', 'vens'],
  ),
);

const checkLegacy = bodyCheck<{ readonly release: string }>(
  'workloads_upgrade_post',
  record({ release: text }, ['release']),
);

/** The VEN of an href, if it may be brought to `release` (objects.md §6.7). Throws the refusal that says why not. */
function upgradable({ world, caller }: Pick<Call, 'world' | 'caller'>, href: string, release: string): Managed {
  const workload = world.workloads.get(idIn(`/orgs/${world.orgId}/vens`, href) ?? '');
  if (!workload || workload.deleted || !isManaged(workload)) throw notFound();
  const { record: own } = workload;
  requireInScope(world, caller, own.labels);
  if (own.ven.status !== 'active') throw refusedAs('venNotActive');
  if (own.ven.type === 'containerized' || /^(aix|solaris)/.test(own.osId ?? '')) throw refusedAs('venNotUpgradable');
  const current = venNow(workload, world.clock.now()).version;
  if (comparableVersion(release) < comparableVersion(current)) throw refusedAs('venDowngrade');
  return workload;
}

function requireRelease(world: WorldState, release: string): void {
  if (!world.records.get(RELEASES, release)) throw refusedAs('unknownRelease');
  if (comparableVersion(withoutBuild(release)) > comparableVersion(world.release.product.version))
    throw refusedAs('releaseAbovePce');
}

function start(
  { world, caller }: Pick<Call, 'world' | 'caller'>,
  workload: StoredWorkload,
  release: string,
  seconds: number,
): void {
  const now = world.clock.now();
  world.workloads.put({
    ...workload,
    updatedBy: caller.href,
    record: { ...workload.record, updatedMs: now },
    extra: { ...workload.extra, venUpgrade: { release, fromMs: now, expiresMs: now + seconds * 1000 } },
  });
}

/** Each VEN for itself; what could not be asked to upgrade is gathered by the reason. */
function upgrade(request: Call) {
  const { world, body, audit } = request;
  const given = checkUpgrade(body);
  requireRelease(world, given.release);
  const errors = new Map<string, { readonly message: string; readonly hrefs: string[] }>();
  const asked: Managed[] = [];
  for (const { href } of given.vens)
    try {
      asked.push(upgradable(request, href, given.release));
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      const [{ token, message } = { token: '', message: '' }] = error.errors;
      const group = errors.get(token) ?? { message, hrefs: [] };
      group.hrefs.push(href);
      errors.set(token, group);
    }
  if (given.dry_run !== true) {
    for (const workload of asked) start(request, workload, given.release, given.upgrade_timeout_seconds ?? DAY_SECONDS);
    audit(
      'agent.request_upgrade',
      asked.map((ven) =>
        agentChange(world, ven, { version: { before: ven.record.ven.version, after: given.release } }),
      ),
    );
  }
  const json: JsonObject = { errors: [...errors].map(([token, group]) => ({ token, ...group })) };
  return { status: 200, json };
}

function upgradeLegacy(request: Call) {
  const { world, body, audit } = request;
  const { release } = checkLegacy(body);
  requireRelease(world, release);
  const ven = upgradable(request, venHref(world.orgId, workloadOf(request).record.id), release);
  start(request, ven, release, DAY_SECONDS);
  audit('agent.request_upgrade', [
    agentChange(world, ven, { version: { before: ven.record.ven.version, after: release } }),
  ]);
  return { status: 204 };
}

export const upgradeRoutes: readonly Route<WorldState>[] = [
  { method: 'PUT', path: '/orgs/:org/vens/upgrade', access: 'write', handle: upgrade },
  { method: 'POST', path: '/orgs/:org/workloads/:id/upgrade', access: 'write', handle: upgradeLegacy },
];

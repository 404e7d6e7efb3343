import type { JsonObject } from '../../core/json.ts';
import { requireGlobal } from '../auth/scope.ts';
import type { Estate } from '../estates/estate.ts';
import { textParam } from '../http/query.ts';
import { notFound, refusedAs } from '../http/refusals.ts';
import { collection, type Request, type Route } from '../http/route.ts';
import { list, oneOf, record, text } from '../http/schema.ts';
import { bodyCheck } from '../http/validate.ts';
import { lastSegment, userHref } from '../objects/wire.ts';
import type { RecordKind } from '../records/record-kind.ts';
import { recordChange, recordOf, recordRoutes } from '../records/record-routes.ts';
import type { StoredRecord } from '../records/record-store.ts';
import type { WorldState } from '../world-state.ts';
import { comparableVersion } from './version.ts';

type Call = Request<WorldState>;

/** The store's name for VEN releases. */
export const RELEASES = 'ven_releases';

const VEN_TYPES = ['server', 'endpoint'] as const;

/** The releases that run somewhere in an estate are the ones its PCE can install; the newest is the default. */
export function releaseSeeds({ workloads, nowMs }: Estate): readonly StoredRecord[] {
  const versions = [...new Set(workloads.flatMap(({ ven }) => ven?.version ?? []))].sort((a, b) =>
    comparableVersion(a) < comparableVersion(b) ? 1 : -1,
  );
  return versions.map((version, index) => ({
    id: version,
    parent: null,
    body: { release: version, default_release_ven_types: index === 0 ? VEN_TYPES : [] },
    createdMs: nowMs,
    createdBy: userHref(0),
    updatedMs: nowMs,
    updatedBy: userHref(0),
  }));
}

const DISTRIBUTIONS = [
  ['CentOS', 'x86_64', 7, 'rpm', 'server'],
  ['CentOS', 'x86_64', 8, 'rpm', 'server'],
  ['Debian', 'amd64', 11, 'deb', 'server'],
  ['Ubuntu', 'amd64', 22, 'deb', 'server'],
  ['SLES', 'x86_64', 15, 'rpm', 'server'],
  ['Windows', 'x64', 10, 'exe', 'endpoint'],
  ['Windows', 'x64', 2019, 'exe', 'server'],
] as const;

const imagesOf = (world: WorldState, { id }: StoredRecord): readonly JsonObject[] =>
  DISTRIBUTIONS.map(([distribution, architecture, major, suffix, venType], index) => ({
    href: `/orgs/${world.orgId}/software/ven/releases/${id}/images/${index + 1}`,
    release: id,
    distribution,
    architecture,
    major_version: major,
    min_minor_version: 0,
    max_minor_version: null,
    filename: `illumio-ven-${id}.${distribution.toLowerCase()}${major}.${architecture}.${suffix}`,
    ven_types: [venType],
  }));

const defaultsOf = ({ body }: StoredRecord): readonly unknown[] =>
  Array.isArray(body['default_release_ven_types']) ? body['default_release_ven_types'] : [];

const releaseKind: RecordKind = {
  collection: RELEASES,
  path: '/orgs/:org/software/ven/releases',
  singular: 'ven_software_release',
  schema: 'software_ven_releases_get',
  ids: 'uuid',
  body: (_world, given) => given,
  render: (world, own) => ({
    ...own.body,
    default: defaultsOf(own).includes('server'),
    org_id: world.orgId,
    ven_types: VEN_TYPES,
    images: imagesOf(world, own),
  }),
  requireUnused(_world, own) {
    if (defaultsOf(own).length > 0) throw refusedAs('defaultRelease');
  },
  filter(_world, query) {
    const wanted = textParam(query, 'ven_type');
    return () => wanted === undefined || VEN_TYPES.some((venType) => venType === wanted);
  },
};

const checkDefault = bodyCheck<{ readonly release: string }>(
  'software_ven_releases_default_put',
  record({ release: text }, ['release']),
);
const checkDefaults = bodyCheck<readonly { readonly href: string; readonly ven_type: string }[]>(
  'software_ven_releases_defaults_put',
  list(record({ href: text, ven_type: oneOf(...VEN_TYPES) }, ['href', 'ven_type']), {
    minItems: 1,
    maxItems: 2,
    uniqueItems: true,
  }),
);

/** Makes each release the default for its type of VEN, and no other any more. */
function setDefaults(request: Call, wanted: readonly { readonly release: string; readonly venType: string }[]) {
  const { world, caller, audit } = request;
  requireGlobal(caller);
  for (const { release } of wanted) if (!world.records.get(RELEASES, release)) throw notFound();
  for (const before of world.records.all(RELEASES)) {
    const types = VEN_TYPES.filter((venType) => {
      const choice = wanted.find((own) => own.venType === venType);
      return choice ? choice.release === before.id : defaultsOf(before).includes(venType);
    });
    if (JSON.stringify(types) === JSON.stringify(defaultsOf(before))) continue;
    const after = { ...before, body: { ...before.body, default_release_ven_types: types } };
    world.records.put(RELEASES, after);
    audit('ven_software_release.update', [recordChange(world, releaseKind, before, after)]);
  }
  return { status: 204 };
}

/** VEN software that the PCE can install (objects.md §6.7). */
export const releaseRoutes: readonly Route<WorldState>[] = [
  {
    method: 'PUT',
    path: `${releaseKind.path}/default`,
    access: 'write',
    handle(request) {
      const { release } = checkDefault(request.body);
      return setDefaults(
        request,
        VEN_TYPES.map((venType) => ({ release, venType })),
      );
    },
  },
  {
    method: 'PUT',
    path: `${releaseKind.path}/defaults`,
    access: 'write',
    handle: (request) =>
      setDefaults(
        request,
        checkDefaults(request.body).map(({ href, ven_type: venType }) => ({ release: lastSegment(href), venType })),
      ),
  },
  {
    method: 'GET',
    path: `${releaseKind.path}/:id/images`,
    access: 'read',
    collection: true,
    schema: 'software_ven_releases_images_get',
    handle(request) {
      const images = imagesOf(request.world, recordOf(releaseKind, request));
      return collection(images, images.length, (image) => image);
    },
  },
  ...recordRoutes(releaseKind, ['GET', 'DELETE']),
];

import type { Href } from '../../core/href.ts';
import type { Label, LabelRef, PceEvent, Ven, Workload } from '../../model/inventory.ts';
import type { PceHttp } from '../http/http.ts';
import { readEvent } from '../resources/events.ts';
import { readLabel } from '../resources/labels.ts';
import { readVen } from '../resources/vens.ts';
import { readWorkload } from '../resources/workloads.ts';
import type { EventFilter, LabelFilter, Listing, ReadOptions, VenFilter, WorkloadFilter } from '../view.ts';
import { orgPath, readList } from './reads.ts';

export const readLabels = (http: PceHttp, filter: LabelFilter, options: ReadOptions): Promise<Listing<Label>> =>
  readList(
    http,
    {
      path: orgPath(http, 'labels'),
      query: { key: filter.key, value: filter.value, include_deleted: filter.includeDeleted, usage: filter.usage },
      convert: (value) => readLabel(value, http.orgId),
      // The PCE's key filter takes parts too (objects.md §4.1).
      keep: filter.key === undefined ? undefined : ({ key }) => key === filter.key,
    },
    options,
  );

export async function readWorkloads(
  http: PceHttp,
  filter: WorkloadFilter,
  options: ReadOptions,
  labels: () => Promise<readonly LabelRef[]>,
): Promise<Listing<Workload>> {
  const excluded = new Set(filter.excludeLabels);
  const listing = await readList(
    http,
    {
      path: orgPath(http, 'workloads'),
      query: {
        name: filter.name,
        hostname: filter.hostname,
        ip_address: filter.ipAddress,
        description: filter.description,
        managed: filter.managed,
        online: filter.online,
        enforcement_mode: filter.enforcementMode,
      },
      labels: filter.labels,
      convert: (value) => readWorkload(value, http.orgId),
      keep: excluded.size === 0 ? undefined : (workload) => !workload.labels.some(({ href }) => excluded.has(href)),
    },
    options,
  );
  const bare = listing.items.some((workload) => workload.labels.some(({ key }) => key === ''));
  return bare ? { ...listing, items: named(listing.items, await labels()) } : listing;
}

/** Older PCEs give the hrefs of a workload's labels only (objects.md §0.2). */
function named(workloads: readonly Workload[], labels: readonly LabelRef[]): readonly Workload[] {
  const byHref = new Map<Href, LabelRef>(labels.map(({ href, key, value }) => [href, { href, key, value }]));
  return workloads.map((workload) => ({
    ...workload,
    labels: workload.labels.map((label) => (label.key === '' ? (byHref.get(label.href) ?? label) : label)),
  }));
}

export const readVens = (http: PceHttp, filter: VenFilter, options: ReadOptions): Promise<Listing<Ven>> => {
  const { version } = filter;
  const excluded = new Set(filter.excludeLabels);
  const keep = (ven: Ven): boolean =>
    (version === undefined || isRelease(ven.version ?? '', version)) &&
    !ven.labels.some((label) => excluded.has(label));
  return readList(
    http,
    {
      path: orgPath(http, 'vens'),
      query: { hostname: filter.hostname, status: filter.status, health: filter.health },
      labels: filter.labels,
      convert: (value) => readVen(value, http.orgId),
      // The PCE compares versions only by range (objects.md §6.7).
      keep: version === undefined && excluded.size === 0 ? undefined : keep,
    },
    options,
  );
};

const isRelease = (version: string, wanted: string): boolean =>
  version === wanted || version.startsWith(`${wanted}.`) || version.startsWith(`${wanted}-`);

/** Events have limits of their own: 100 unless told, 10,000 at most without a job (traffic.md §6.1). */
const EVENT_LIMITS = { defaultCap: 100, syncLimit: 10_000 };

export const readEvents = (http: PceHttp, filter: EventFilter, options: ReadOptions): Promise<Listing<PceEvent>> =>
  readList(
    http,
    {
      path: orgPath(http, 'events'),
      query: {
        event_type: filter.eventType,
        severity: filter.severity,
        status: filter.status,
        created_by: filter.createdBy,
        'timestamp[gte]': filter.timestampGte,
        'timestamp[lte]': filter.timestampLte,
      },
      convert: (value) => readEvent(value, http.orgId),
      limits: EVENT_LIMITS,
    },
    options,
  );

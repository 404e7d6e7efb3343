import type { JsonObject } from '../../core/json.ts';
import { DAY, HOUR } from '../estates/calendar.ts';
import type { Estate } from '../estates/estate.ts';
import { userHref, workloadHref } from '../objects/wire.ts';
import type { StoredRecord } from '../records/record-store.ts';
import { detectionId, vulnerabilityHref } from './detection.ts';

const REPORT = 'scan-weekly';

const made = (id: string, parent: string | null, atMs: number, body: JsonObject): StoredRecord => ({
  id,
  parent,
  body,
  createdMs: atMs,
  createdBy: userHref(0),
  updatedMs: atMs,
  updatedBy: userHref(0),
});

export const vulnerabilitySeeds = ({ vulnerabilities = [], nowMs }: Estate): readonly StoredRecord[] =>
  vulnerabilities.map(({ id, name, score }) => made(id, null, nowMs - 30 * DAY, { name, score, cve_ids: [id] }));

/** What the scanner found, one record for each vulnerability on a port of a workload. */
export function detectionSeeds({ orgId, vulnerabilities = [], workloads, nowMs }: Estate): readonly StoredRecord[] {
  const addresses = new Map(workloads.map(({ id, interfaces }) => [id, interfaces[0]?.address ?? '0.0.0.0']));
  return vulnerabilities.flatMap(({ id, detected }) =>
    detected.map(({ workload, port, proto }) => {
      const body = {
        ip_address: addresses.get(workload) ?? '0.0.0.0',
        port,
        proto,
        workload: { href: workloadHref(orgId, workload) },
        vulnerability: { href: vulnerabilityHref(orgId, id) },
        report: REPORT,
      };
      return made(detectionId(body), workload, nowMs - 12 * HOUR, body);
    }),
  );
}

export const reportSeeds = ({ vulnerabilities = [], nowMs }: Estate): readonly StoredRecord[] =>
  vulnerabilities.length === 0
    ? []
    : [
        made(REPORT, null, nowMs - 12 * HOUR, {
          name: 'Weekly scan',
          report_type: 'qualys',
          authoritative: false,
          scanned_ips: [],
          exported_at: new Date(nowMs - 13 * HOUR).toISOString(),
        }),
      ];

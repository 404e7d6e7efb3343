import type { JsonObject } from '../../core/json.ts';
import { scopeTest } from '../auth/scope.ts';
import { inputValidation } from '../http/validate.ts';
import { isJsonObject } from '../lifecycle/body.ts';
import { isoTime, workloadHref } from '../objects/wire.ts';
import type { StoredWorkload } from '../objects/workload-store.ts';
import type { TrafficDesk } from '../traffic/desk.ts';
import type { TrafficQuestion } from '../traffic/question.ts';
import { questionReader } from '../traffic/read-question.ts';
import { csvDownload } from '../traffic/result.ts';
import { findingsOn, renderFinding } from '../vulnerabilities/wire.ts';
import type { Caller } from '../world.ts';
import type { WorldState } from '../world-state.ts';
import { hitCountCsv, quoted, type Range } from './hit-count.ts';
import type { TemplateType } from './templates.ts';

export interface Making {
  readonly world: WorldState;
  readonly caller: Caller;
  readonly desk: TrafficDesk;
  readonly range: Range;
  readonly parameters: JsonObject;
}

type Csv = AsyncIterable<string> | Iterable<string>;

const line = (cells: readonly (string | number | null)[]): string =>
  `${cells.map((cell) => quoted(String(cell ?? ''))).join(',')}\n`;

const readFilters = questionReader({ strict: false, named: true, maxRows: 200_000 });

/** What an explorer report asks of the traffic database; the time is the report's. Throws 406. */
export function explorerQuestion(world: WorldState, parameters: JsonObject, range: Range): TrafficQuestion {
  const { filters } = parameters;
  if (!isJsonObject(filters))
    throw inputValidation(
      'explorer_report_params',
      "The property '#/' did not contain a required property of 'filters'",
    );
  const times = { start_date: isoTime(range.fromMs), end_date: isoTime(range.toMs) };
  return readFilters({ ...filters, ...times }, world);
}

function workloadsOf({ world, caller }: Making): readonly StoredWorkload[] {
  const covers = scopeTest(world, caller);
  return world.workloads.all().filter(({ record }) => covers(record.labels));
}

const named = ({ orgId }: WorldState, { record }: StoredWorkload) => [
  workloadHref(orgId, record.id),
  record.name,
  record.hostname,
];
const NAMED = ['Workload HREF', 'Workload Name', 'Hostname'];

/** One line a finding: what, where, how bad, and how exposed under the active policy. */
function* exposureCsv(making: Making): Generator<string> {
  const { world } = making;
  yield line([
    ...NAMED,
    'Vulnerability',
    'CVE IDs',
    'Score',
    'IP Address',
    'Port',
    'Protocol',
    'Port Exposure',
    'V-E Score',
  ]);
  for (const workload of workloadsOf(making))
    for (const finding of findingsOn(world, workload.record.id)) {
      const { name, cve_ids: ids } = finding.vulnerability.body;
      const { ip_address: ip, port, proto, port_exposure: exposure, ...more } = renderFinding(world, finding);
      const score = more['port_vulnerability_exposure_score'];
      const cells = [name, Array.isArray(ids) ? ids.join(';') : '', finding.score, ip, port, proto, exposure, score];
      yield line([
        ...named(world, workload),
        ...cells.map((cell) => (typeof cell === 'string' || typeof cell === 'number' ? cell : null)),
      ]);
    }
}

/** One line a workload whose risk is computed. */
function* ransomwareCsv(making: Making): Generator<string> {
  const { world } = making;
  yield line([...NAMED, 'Labels', 'Enforcement Mode', 'Exposure Severity', 'Protection Percent', 'Last Updated']);
  for (const workload of workloadsOf(making)) {
    const { labels, enforcementMode, ransomware, updatedMs } = workload.record;
    if (ransomware === null) continue;
    yield line([
      ...named(world, workload),
      labels.map((id) => world.labels.get(id)?.record.value ?? '').join(';'),
      enforcementMode,
      ransomware.severity,
      ransomware.protectionPercent,
      isoTime(updatedMs),
    ]);
  }
}

/** The content of the reports that are made here. Only the columns of the rule hit count are published. */
export const CSV: Readonly<Partial<Record<TemplateType, (making: Making) => Csv>>> = {
  rule_hit_count_report: ({ world, desk, range, parameters }) => hitCountCsv(world, desk, range, parameters),
  explorer_report: ({ world, caller, desk, range, parameters }) =>
    csvDownload(desk.ask(explorerQuestion(world, parameters, range), caller), {}, false),
  ves_report: exposureCsv,
  ransomware_risk_report: ransomwareCsv,
};

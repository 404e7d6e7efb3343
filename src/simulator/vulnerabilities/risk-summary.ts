import { setImmediate } from 'node:timers/promises';
import { scopeTest } from '../auth/scope.ts';
import { appGroupHref, appGroupsOf } from '../app-groups/summary.ts';
import { CHOICES } from '../choices.ts';
import { notFound } from '../http/refusals.ts';
import type { Request, Route } from '../http/route.ts';
import { isoTime, labelHref } from '../objects/wire.ts';
import type { StoredWorkload } from '../objects/workload-store.ts';
import type { WorldState } from '../world-state.ts';
import { kindsOf } from './kinds.ts';
import { protectionBy, type RiskyPort, riskyPorts } from './risk-details.ts';

type Call = Request<WorldState>;
type Risk = NonNullable<StoredWorkload['record']['ransomware']>;

/** Worst first. */
const SEVERITIES = ['critical', 'high', 'medium', 'low', 'fully_protected'] as const;

const mean = (numbers: readonly number[]): number =>
  numbers.length === 0 ? 0 : Math.round((numbers.reduce((sum, own) => sum + own, 0) / numbers.length) * 10) / 10;

/** The workloads a risk is computed for, and what is said of them together; null where there are none. */
function togetherOf(all: readonly StoredWorkload[]) {
  const workloads = all.filter(({ record }) => record.ransomware !== null);
  const risks = workloads.flatMap(({ record }): readonly Risk[] =>
    record.ransomware === null ? [] : [record.ransomware],
  );
  if (workloads.length === 0) return null;
  const byExposure = SEVERITIES.map((own) => [own, risks.filter(({ severity }) => severity === own).length] as const);
  const protectedOnes = risks.filter(({ severity }) => severity === 'fully_protected').length;
  return {
    workloads,
    worst: byExposure.find(([, count]) => count > 0)?.[0] ?? 'fully_protected',
    percent: mean(risks.map(({ protectionPercent }) => protectionPercent)),
    byExposure: Object.fromEntries(byExposure),
    protectedOnes,
    unprotectedOnes: risks.length - protectedOnes,
    updatedAt: isoTime(workloads.reduce((latest, { record }) => Math.max(latest, record.updatedMs), 0)),
  };
}

function groupSummaries({ world, caller }: Call) {
  const json = [...appGroupsOf({ world, caller })].map(([name, { labels, workloads }]) => {
    const together = togetherOf(workloads);
    return {
      app_group: { href: appGroupHref(world.orgId, name) },
      labels: labels.map((id) => ({ href: labelHref(world.orgId, id) })),
      risk_summary: {
        ransomware: together && {
          workload_exposure_severity: together.worst,
          ransomware_protection_percent: together.percent,
          last_updated_at: together.updatedAt,
        },
      },
    };
  });
  return { status: 200, json };
}

/** On how many workloads a risky port is protected and is not. */
interface PortCount extends RiskyPort {
  closed: number;
  open: number;
}

const shareOf = ({ closed, open }: Pick<PortCount, 'closed' | 'open'>): number =>
  Math.round((closed / (closed + open)) * 1000) / 10;

/** The risky ports of workloads under the active policy. Others are answered in between: this asks for every pair of workloads. */
async function portsOf(world: WorldState, workloads: readonly StoredWorkload[]): Promise<readonly PortCount[]> {
  const counts = new Map<string, PortCount>();
  for (const workload of workloads) {
    for (const risky of riskyPorts(world, workload)) {
      const key = `${risky.href} ${risky.proto} ${risky.port}`;
      const count = counts.get(key) ?? { ...risky, closed: 0, open: 0 };
      counts.set(key, count);
      if (protectionBy(world, workload, risky, 'active').state === 'unprotected') count.open++;
      else count.closed++;
    }
    await setImmediate();
  }
  return [...counts.values()];
}

async function groupDetails({ world, caller, params }: Call) {
  const group = appGroupsOf({ world, caller }).get(params['id'] ?? '');
  if (!group) throw notFound();
  const together = togetherOf(group.workloads);
  if (together === null) return { status: 200, json: { risk_details: { ransomware: null } } };
  const inMode = (mode: string): number =>
    together.workloads.filter(({ record }) => record.enforcementMode === mode).length;
  const services = (await portsOf(world, together.workloads)).map((own) => ({
    href: own.href,
    name: own.name,
    os_platforms: own.risk['os_platforms'],
    port: own.port,
    protocol: own.proto,
    severity: own.risk['severity'],
    num_unprotected_workloads: own.open,
    num_protected_workloads: own.closed,
    average_ransomware_service_protection_coverage_percent: shareOf(own),
  }));
  const ransomware = {
    workload_count_by_enforcement_state: {
      idle: inMode('idle'),
      visibility_only: inMode('visibility_only'),
      selective: inMode('selective'),
      full_enforced: inMode('full'),
    },
    workload_risk_summary_by_service: services,
    num_protected_workloads: together.protectedOnes,
    num_unprotected_workloads: together.unprotectedOnes,
    ransomware_protection_coverage_percent: together.percent,
    workloads_by_exposure: together.byExposure,
    last_updated_at: together.updatedAt,
  };
  return { status: 200, json: { risk_details: { ransomware } } };
}

const TOP = 5;

function riskiestGroups(request: Call) {
  const { world } = request;
  return [...appGroupsOf(request)]
    .flatMap(([name, { labels, workloads }]) => {
      const together = togetherOf(workloads);
      return together === null ? [] : [{ name, labels, ...together }];
    })
    .toSorted((a, b) => a.percent - b.percent)
    .slice(0, TOP)
    .map(({ name, labels, workloads, percent }) => ({
      app_group: { href: appGroupHref(world.orgId, name) },
      labels: labels.map((id) => {
        const { key, value } = world.labels.get(id)?.record ?? { key: '', value: '' };
        return { href: labelHref(world.orgId, id), key, value };
      }),
      num_workloads: workloads.length,
      ransomware_protection_percent: percent,
    }));
}

/** How many ports are protected and are not, by a property of their risk. */
const portsBy = (ports: readonly PortCount[], property: string, values: readonly string[]) =>
  Object.fromEntries(
    values.map((value) => {
      const own = ports.filter(({ risk }) => risk[property] === value);
      const sum = (of: 'open' | 'closed'): number => own.reduce((total, port) => total + port[of], 0);
      return [value, { num_protected_ports: sum('closed'), num_unprotected_ports: sum('open') }];
    }),
  );

async function organisationSummary(request: Call) {
  const { world, caller } = request;
  const covers = scopeTest(world, caller);
  const together = togetherOf(world.workloads.all().filter(({ record }) => covers(record.labels)));
  const kinds = new Set(kindsOf(world.policy('active')).values());
  if (together === null || kinds.size > CHOICES.riskSummaryKinds) return { status: 200, json: { ransomware: null } };
  const ports = await portsOf(world, together.workloads);
  const services = [...Map.groupBy(ports, ({ href }) => href)].map(([href, own]) => ({
    href,
    name: own[0]?.name ?? '',
    ransomware_protection_percent: shareOf({
      closed: own.reduce((sum, { closed }) => sum + closed, 0),
      open: own.reduce((sum, { open }) => sum + open, 0),
    }),
  }));
  const ransomware = {
    num_total_workloads: together.workloads.length,
    num_protected_workloads: together.protectedOnes,
    ransomware_protection_coverage_percent: together.percent,
    workloads_by_exposure: together.byExposure,
    risky_ports_by_severity: portsBy(ports, 'severity', ['critical', 'high', 'medium', 'low']),
    risky_ports_by_category: portsBy(ports, 'category', ['admin', 'legacy']),
    top_risky_applications: riskiestGroups(request),
    top_risky_services: services
      .toSorted((a, b) => a.ransomware_protection_percent - b.ransomware_protection_percent)
      .slice(0, TOP),
    num_risky_services: services.length,
    num_unenforced_workloads: together.workloads.filter(({ record }) =>
      ['idle', 'visibility_only'].includes(record.enforcementMode),
    ).length,
    last_updated_at: together.updatedAt,
  };
  return { status: 200, json: { ransomware } };
}

/** Ransomware risk of app groups and of the organisation (traffic.md §11, §12.1): the workloads' own, summed up. */
export const riskSummaryRoutes: readonly Route<WorldState>[] = [
  {
    method: 'GET',
    path: '/orgs/:org/app_groups/risk_summary',
    access: 'read',
    schema: 'app_groups_risk_summary_get',
    handle: groupSummaries,
  },
  {
    method: 'GET',
    path: '/orgs/:org/app_groups/:id/risk_details',
    access: 'read',
    schema: 'app_groups_risk_details_get',
    handle: groupDetails,
  },
  {
    method: 'GET',
    path: '/orgs/:org/reports/risk_summary',
    access: 'read',
    schema: 'reports_risk_summary_get',
    handle: organisationSummary,
  },
];

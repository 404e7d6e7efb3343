import { createRandom, uuidOf } from '../random.ts';
import { DAY } from './calendar.ts';
import type { Estate, LabelRecord, UserRecord } from './estate.ts';

const PEOPLE = [
  ['mara.lindqvist', 'Mara Lindqvist', 'owner', null],
  ['tomasz.wrona', 'Tomasz Wrona', 'admin', null],
  ['priya.raman', 'Priya Raman', 'admin', null],
  ['jonas.becker', 'Jonas Becker', 'ruleset_manager', 'ordering'],
  ['aiko.tanaka', 'Aiko Tanaka', 'ruleset_manager', 'ecommerce'],
  ['luis.ortega', 'Luis Ortega', 'ruleset_manager', 'payments'],
  ['hannah.weiss', 'Hannah Weiss', 'ruleset_manager', 'sap-erp'],
  ['deniz.kaya', 'Deniz Kaya', 'ruleset_manager', 'wms'],
  ['olga.petrova', 'Olga Petrova', 'ruleset_manager', 'hrm'],
  ['ben.okafor', 'Ben Okafor', 'workload_manager', 'k8s-retail'],
  ['chloe.martin', 'Chloe Martin', 'workload_manager', 'crm'],
  ['sven.larsen', 'Sven Larsen', 'workload_manager', 'pos-gw'],
  ['audit.internal', 'Internal Audit', 'read_only', null],
  ['audit.qsa', 'External Assessor', 'read_only', null],
  ['soc.first', 'SOC First Line', 'read_only', null],
  ['cio.office', 'CIO Office', 'read_only', null],
] as const satisfies readonly (readonly [string, string, UserRecord['role'], string | null])[];

const SERVICE_ACCOUNTS = ['cmdb-sync', 'terraform', 'siem-export', 'servicenow', 'backup-config', 'assistant-gateway'];

/** Three global administrators, nine owners of one application, four readers (users.md §5.6). Ids have gaps, as on a PCE. */
export function buildUsers(labels: readonly LabelRecord[], seed: number): UserRecord[] {
  const random = createRandom(seed, 'users');
  let id = 0;
  return PEOPLE.map(([name, fullName, role, app]) => {
    id += random.between(1, 3);
    const label = labels.find((each) => each.key === 'app' && each.value === app);
    return { id, username: `${name}@meridian.example`, fullName, role, scope: label === undefined ? [] : [label.id] };
  });
}

export function buildServiceAccounts(seed: number, nowMs: number): Estate['serviceAccounts'] {
  const random = createRandom(seed, 'service-accounts');
  return SERVICE_ACCOUNTS.map((name) => ({
    id: uuidOf(seed, 'service-account', name),
    name,
    createdMs: nowMs - random.between(100, 700) * DAY,
  }));
}

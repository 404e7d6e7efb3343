/**
 * The applications of Meridian Retail Group (users.md §5.2). Role rows are: role, count in prod, operating system, listening ports.
 * Ports are tcp unless they end in `u` (udp) or `b` (both).
 */

export type OsFamily = 'windows' | 'linux' | 'aix' | 'sles';
export type Env = 'prod' | 'staging' | 'test' | 'dev' | 'dr' | 'shared';
export type Loc = 'dc-fra' | 'dc-ash' | 'aws-euc1' | 'az-weu' | 'store-emea' | 'store-apac';
export type Zone = 'dmz' | 'core' | 'mgmt' | 'user';
export type BusinessUnit = 'retail' | 'finance' | 'logistics' | 'hr' | 'it' | 'payments';
export type Compliance = 'pci' | 'swift' | 'gdpr' | 'none';
export type Mode = 'idle' | 'visibility_only' | 'selective' | 'full';

export interface RoleSpec {
  readonly role: string;
  readonly count: number;
  readonly os: OsFamily;
  readonly ports: string;
  /** The object is an unmanaged workload: no agent runs on it. Such roles exist in the main environment only. */
  readonly unmanaged?: true;
  readonly dmz?: true;
}

export interface AppSpec {
  readonly app: string;
  readonly bu: BusinessUnit;
  readonly loc: Loc;
  readonly compliance: Compliance;
  /** The first is the main environment, where the counts hold; `jump` writes its non-production hosts as dev. */
  readonly envs: readonly Env[];
  readonly roles: readonly RoleSpec[];
  /** Mode of the main environment. */
  readonly mode: Mode;
  /** Other applications use it as infrastructure, in every environment. */
  readonly infrastructure?: true;
}

const role = (name: string, count: number, os: OsFamily, ports = '', extra: Partial<RoleSpec> = {}): RoleSpec => ({
  role: name,
  count,
  os,
  ports,
  ...extra,
});
const UNMANAGED = { unmanaged: true } as const;
const DMZ = { dmz: true } as const;

const IT = { bu: 'it', compliance: 'none', infrastructure: true } as const;
const APP = { loc: 'dc-fra', compliance: 'none' } as const;

export const APPLICATIONS = [
  {
    ...IT,
    app: 'ad-core',
    loc: 'dc-fra',
    envs: ['prod', 'dr'],
    mode: 'selective',
    roles: [
      role('dc', 12, 'windows', '53b 88 135 389 445 464 636 3268-3269 49152-65535'),
      role('adcs', 2, 'windows', '135 443'),
    ],
  },
  {
    ...IT,
    app: 'dns-dhcp',
    loc: 'dc-fra',
    envs: ['shared'],
    mode: 'visibility_only',
    roles: [role('resolver', 4, 'linux', '53b 67u', UNMANAGED)],
  },
  {
    ...IT,
    app: 'ntp',
    loc: 'dc-fra',
    envs: ['shared'],
    mode: 'full',
    roles: [role('ntp', 2, 'linux', '123u')],
  },
  {
    ...IT,
    app: 'monitoring',
    loc: 'dc-fra',
    envs: ['prod', 'dev'],
    mode: 'visibility_only',
    roles: [role('server', 2, 'windows', '443 10051'), role('poller', 4, 'linux')],
  },
  {
    ...IT,
    app: 'siem',
    loc: 'dc-ash',
    envs: ['prod'],
    mode: 'selective',
    roles: [
      role('indexer', 4, 'linux', '9997 8089'),
      role('forwarder', 3, 'linux', '514b 6514'),
      role('search', 2, 'linux', '8000'),
    ],
  },
  {
    ...IT,
    app: 'backup',
    loc: 'dc-fra',
    envs: ['prod', 'dr'],
    mode: 'visibility_only',
    roles: [
      role('master', 2, 'windows', '1556 13724'),
      role('media', 5, 'windows', '1556 10082'),
      role('repo', 2, 'linux', '2049 445'),
    ],
  },
  {
    ...IT,
    app: 'patching',
    loc: 'dc-fra',
    envs: ['prod'],
    mode: 'visibility_only',
    roles: [role('wsus', 2, 'windows', '8530-8531'), role('satellite', 2, 'linux', '443 5647')],
  },
  {
    ...IT,
    app: 'vulnscan',
    loc: 'dc-fra',
    envs: ['prod'],
    mode: 'full',
    roles: [role('scanner', 4, 'windows')],
  },
  {
    ...IT,
    app: 'jump',
    loc: 'dc-fra',
    envs: ['prod', 'dev'],
    mode: 'full',
    roles: [
      role('rdp-jump', 3, 'windows', '3389'),
      role('ssh-jump', 2, 'linux', '22'),
      role('pam-vault', 2, 'windows', '1858'),
    ],
  },
  {
    ...IT,
    app: 'config-mgmt',
    loc: 'dc-fra',
    envs: ['shared'],
    mode: 'visibility_only',
    roles: [role('puppet', 2, 'linux', '8140'), role('awx', 1, 'linux', '443')],
  },
  {
    ...IT,
    app: 'edr-relay',
    loc: 'dc-ash',
    envs: ['prod'],
    mode: 'full',
    roles: [role('relay', 2, 'windows', '443 8443')],
  },
  {
    ...IT,
    app: 'web-proxy',
    loc: 'dc-fra',
    envs: ['prod'],
    mode: 'selective',
    roles: [role('proxy', 4, 'linux', '3128 8080', DMZ)],
  },
  {
    ...IT,
    app: 'pki-vault',
    loc: 'dc-fra',
    envs: ['prod'],
    mode: 'full',
    roles: [role('ca', 2, 'windows', '80 443'), role('vault', 3, 'linux', '8200-8201')],
  },
  {
    ...IT,
    app: 'smtp-relay',
    loc: 'dc-fra',
    envs: ['prod'],
    mode: 'selective',
    roles: [role('mta', 2, 'windows', '25 587', DMZ)],
  },
  {
    ...IT,
    app: 'file-services',
    loc: 'dc-fra',
    envs: ['prod'],
    mode: 'visibility_only',
    roles: [role('filer', 4, 'windows', '445 2049'), role('print', 2, 'windows', '445 9100')],
  },
  {
    ...IT,
    app: 'shared-mssql',
    loc: 'dc-fra',
    envs: ['prod', 'test'],
    mode: 'visibility_only',
    roles: [role('db', 8, 'windows', '1433 5022')],
  },
  {
    ...IT,
    app: 'shared-oracle',
    loc: 'dc-ash',
    envs: ['prod', 'test'],
    mode: 'visibility_only',
    roles: [role('rac', 6, 'aix', '1521 2484')],
  },
  {
    ...IT,
    app: 'mq-bus',
    loc: 'dc-fra',
    envs: ['prod', 'staging'],
    mode: 'visibility_only',
    roles: [role('broker', 6, 'linux', '9092-9093'), role('zk', 3, 'linux', '2181'), role('mqm', 2, 'windows', '1414')],
  },
  {
    bu: 'it',
    compliance: 'none',
    app: 'vdi',
    loc: 'az-weu',
    envs: ['prod'],
    mode: 'selective',
    roles: [
      role('gateway', 2, 'windows', '443', DMZ),
      role('broker', 3, 'windows', '443 80'),
      role('desktop', 60, 'windows', '22443 4172'),
    ],
  },
  {
    bu: 'it',
    compliance: 'none',
    app: 'cicd',
    loc: 'az-weu',
    envs: ['shared'],
    mode: 'visibility_only',
    roles: [
      role('gitlab', 2, 'linux', '22 443'),
      role('jenkins', 2, 'linux', '8080 50000'),
      role('artifactory', 2, 'linux', '8081-8082'),
      role('runner', 10, 'windows'),
    ],
  },
  {
    ...APP,
    app: 'k8s-retail',
    bu: 'retail',
    loc: 'aws-euc1',
    envs: ['prod', 'dev'],
    mode: 'visibility_only',
    roles: [
      role('control', 3, 'linux', '6443 2379-2380'),
      role('worker', 14, 'linux', '10250 30000-32767'),
      role('ingress', 2, 'linux', '443', DMZ),
    ],
  },
  {
    ...APP,
    app: 'sap-erp',
    bu: 'finance',
    envs: ['prod', 'test', 'dev', 'dr'],
    mode: 'visibility_only',
    roles: [
      role('webdisp', 2, 'linux', '443'),
      role('app', 10, 'linux', '3200 3300 8000 44300'),
      role('hana', 2, 'sles', '30013 30015 50013'),
    ],
  },
  {
    ...APP,
    app: 'sap-bw',
    bu: 'finance',
    envs: ['prod', 'test'],
    mode: 'visibility_only',
    roles: [role('app', 4, 'windows', '3200 8000'), role('hana', 1, 'sles', '30015')],
  },
  {
    ...APP,
    app: 'hrm',
    bu: 'hr',
    compliance: 'gdpr',
    envs: ['prod', 'test'],
    mode: 'selective',
    roles: [role('web', 2, 'windows', '443'), role('app', 3, 'windows', '8070'), role('db', 2, 'linux', '3306')],
  },
  {
    ...APP,
    app: 'finance-rpt',
    bu: 'finance',
    loc: 'az-weu',
    envs: ['prod', 'dev'],
    mode: 'visibility_only',
    roles: [role('app', 2, 'windows', '8443'), role('db', 1, 'windows', '1433')],
  },
  {
    ...APP,
    app: 'treasury',
    bu: 'finance',
    compliance: 'swift',
    envs: ['prod'],
    mode: 'full',
    roles: [role('app', 2, 'windows', '8443'), role('db', 1, 'linux', '1521')],
  },
  {
    ...APP,
    app: 'swift-zone',
    bu: 'payments',
    compliance: 'swift',
    envs: ['prod', 'dr'],
    mode: 'full',
    roles: [
      role('alliance', 2, 'linux', '48002-48003'),
      role('gateway', 2, 'linux', '443'),
      role('operator', 3, 'windows'),
      role('hsm', 2, 'linux', '1500', UNMANAGED),
      role('jump', 1, 'windows', '3389'),
    ],
  },
  {
    ...APP,
    app: 'payments',
    bu: 'payments',
    compliance: 'pci',
    envs: ['prod', 'staging', 'dev'],
    mode: 'full',
    roles: [
      role('lb', 2, 'linux', '443', DMZ),
      role('web', 4, 'linux', '8443'),
      role('api', 6, 'linux', '9443'),
      role('batch', 2, 'windows'),
      role('db', 3, 'linux', '1521'),
      role('hsm', 2, 'linux', '1500', UNMANAGED),
    ],
  },
  {
    ...APP,
    app: 'tokenizer',
    bu: 'payments',
    compliance: 'pci',
    envs: ['prod', 'staging'],
    mode: 'full',
    roles: [role('api', 4, 'linux', '9443'), role('db', 2, 'linux', '5432')],
  },
  {
    ...APP,
    app: 'pos-gw',
    bu: 'retail',
    compliance: 'pci',
    envs: ['prod'],
    mode: 'selective',
    roles: [role('gw', 6, 'windows', '8443'), role('db', 2, 'windows', '1433')],
  },
  {
    ...APP,
    app: 'ordering',
    bu: 'retail',
    loc: 'dc-ash',
    envs: ['prod', 'staging', 'test', 'dev'],
    mode: 'selective',
    roles: [
      role('lb', 2, 'linux', '443'),
      role('web', 4, 'linux', '8080'),
      role('processing', 6, 'linux', '8070'),
      role('db', 2, 'linux', '5432'),
    ],
  },
  {
    ...APP,
    app: 'ecommerce',
    bu: 'retail',
    loc: 'aws-euc1',
    compliance: 'gdpr',
    envs: ['prod', 'staging', 'dev'],
    mode: 'visibility_only',
    roles: [
      role('lb', 2, 'linux', '443', DMZ),
      role('web', 8, 'linux', '8080'),
      role('cache', 3, 'linux', '6379'),
      role('search', 3, 'linux', '9200'),
      role('db', 3, 'linux', '3306'),
    ],
  },
  {
    ...APP,
    app: 'crm',
    bu: 'retail',
    loc: 'az-weu',
    compliance: 'gdpr',
    envs: ['prod', 'test'],
    mode: 'visibility_only',
    roles: [role('web', 2, 'windows', '443'), role('app', 2, 'windows', '8080')],
  },
  {
    ...APP,
    app: 'wms',
    bu: 'logistics',
    envs: ['prod', 'test'],
    mode: 'visibility_only',
    roles: [role('web', 2, 'windows', '443'), role('app', 4, 'windows', '8080')],
  },
  {
    ...APP,
    app: 'legacy-billing',
    bu: 'finance',
    envs: ['prod'],
    mode: 'idle',
    roles: [role('app', 2, 'windows', '23 21 139 445 8081'), role('db', 1, 'aix', '1521')],
  },
  {
    ...APP,
    app: 'bms-ot',
    bu: 'logistics',
    envs: ['prod'],
    mode: 'visibility_only',
    roles: [role('controller', 12, 'linux', '502 4840', UNMANAGED), role('hist', 1, 'windows', '1433')],
  },
] as const satisfies readonly AppSpec[];

/** Applications and the kinds of unmanaged things that have no application. */
export const UNMANAGED_ROLES = ['terminal', 'handheld', 'printer', 'camera', 'appliance', 'partner'] as const;

/** Values of the label dimensions beside role and app. */
export const LABEL_VALUES = {
  env: ['prod', 'staging', 'test', 'dev', 'dr', 'shared', 'PRD', 'Production', 'stg'],
  loc: ['dc-fra', 'dc-ash', 'aws-euc1', 'az-weu', 'store-emea', 'store-apac'],
  os: ['win', 'rhel', 'ubuntu', 'aix', 'sles'],
  bu: ['retail', 'finance', 'logistics', 'hr', 'it', 'payments'],
  compliance: ['pci', 'swift', 'gdpr', 'none'],
  zone: ['dmz', 'core', 'mgmt', 'user'],
} as const;

/** The application label with a trailing blank (planted issue P7). */
export const DIRTY_APP = 'Ordering ';

/** Hosts of a role outside the main environment (users.md §5): half for staging and dr, 40 % for test and dev, rounded up. */
export function countIn(spec: AppSpec, roleSpec: RoleSpec, env: Env): number {
  if (env === spec.envs[0]) return roleSpec.count;
  if (roleSpec.unmanaged) return 0;
  const share = env === 'staging' || env === 'dr' || spec.app === 'jump' ? 0.5 : 0.4;
  return Math.ceil(roleSpec.count * share);
}

/**
 * Modes outside the main environment: pre-production of the payment chain is enforced like production, wms test is the badly logged
 * enforced group of planted issue P20, the rest is watched only. Together with 14 idle desktops and 18 idle unlabelled hosts this gives
 * exactly 52/23/18/7 % of the 500 managed workloads.
 */
const ENFORCED_ELSEWHERE: Readonly<Record<string, Mode>> = {
  'swift-zone/dr': 'full',
  'tokenizer/staging': 'full',
  'jump/dev': 'full',
  'payments/staging': 'full',
  'ordering/staging': 'full',
  'ordering/test': 'full',
  'hrm/test': 'full',
  'wms/test': 'selective',
};

export function modeIn(spec: AppSpec, roleName: string, env: Env): Mode {
  if (env !== spec.envs[0]) return ENFORCED_ELSEWHERE[`${spec.app}/${env}`] ?? 'visibility_only';
  return spec.app === 'payments' && roleName === 'db' ? 'selective' : spec.mode;
}

import { createRandom, hashOf, type Random, uuidOf } from '../random.ts';
import { createAddressPlan, type AddressPlan, type Pool } from './addresses.ts';
import { type AppSpec, countIn, type Env, type Loc, modeIn, type OsFamily, type RoleSpec } from './applications.ts';
import type { Host } from './host.ts';
import type { Profile } from './profiles.ts';

const DOMAIN = 'meridian.example';

/** Short names in host names; the application's own name where there is none. */
const ENV_LETTER: Readonly<Record<Env, string>> = {
  prod: 'p',
  staging: 's',
  test: 't',
  dev: 'd',
  dr: 'r',
  shared: 'x',
};

// The ten AIX application servers and the SLES dispatchers of the SAP landscape (users.md §5.1: 4 % AIX, 2 % SLES).
const OTHER_OS: Readonly<Record<string, OsFamily>> = {
  'sap-erp/app/prod': 'aix',
  'sap-erp/webdisp/prod': 'sles',
  'sap-erp/webdisp/dr': 'sles',
};

interface Builder {
  readonly seed: number;
  readonly addresses: AddressPlan;
  readonly random: Random;
  readonly hosts: Host[];
}

/** Every machine of a profile before anything is planted, in a stable order; a host's index is its place among the workloads. */
export function buildHosts(profile: Profile, seed: number): Host[] {
  const builder: Builder = {
    seed,
    addresses: createAddressPlan(seed),
    random: createRandom(seed, 'hosts'),
    hosts: [],
  };
  for (const { spec, envs } of profile.apps) for (const env of envs) addApp(builder, spec, env, '');
  addUnlabelled(builder, profile);
  addThings(builder, 'terminal', profile.terminals, 'stores', 'store-emea', { app: 'pos-gw', env: 'prod' });
  addDuplicates(builder, profile.duplicates);
  addThings(builder, 'handheld', profile.handhelds, 'stores', 'dc-fra', { app: 'wms', env: 'prod' });
  addThings(builder, 'printer', profile.printers, 'users', 'dc-fra', {});
  addThings(builder, 'camera', profile.cameras, 'ot', 'dc-fra', {});
  addThings(builder, 'appliance', profile.appliances, 'dmz', 'dc-fra', { env: 'shared' });
  addThings(builder, 'partner', profile.partners, 'partner', null, {});
  addThings(builder, null, profile.unknownServers, 'nonprod-fra', 'dc-fra', {});
  for (let copy = 1; copy <= profile.copies; copy++) addCopies(builder, profile, copy);
  fillUp(builder, profile);
  for (const host of builder.hosts.filter((each) => each.role === 'desktop').slice(0, profile.idleDesktops))
    host.mode = 'idle';
  return builder.hosts;
}

const REGIONS = ['emea', 'apac', 'amer', 'nordic', 'iberia', 'gulf'] as const;

/** The n-th replica of the business applications, each with all its environments and some tills. */
function addCopies(builder: Builder, profile: Profile, copy: number): void {
  const suffix = `-${REGIONS[copy % REGIONS.length] ?? ''}-${String(copy).padStart(2, '0')}`;
  for (const { spec, envs } of profile.apps) {
    if (spec.infrastructure === true || spec.app === 'vdi' || spec.app === 'cicd') continue;
    for (const env of envs) addApp(builder, spec, env, suffix);
  }
  addThings(builder, 'terminal', profile.terminals, 'stores', copy % 2 === 0 ? 'store-emea' : 'store-apac', {
    app: `pos-gw${suffix}`,
    env: 'prod',
  });
}

/** Brings a replicated estate to its exact size with desktops and tills. */
function fillUp(builder: Builder, profile: Profile): void {
  const missing = profile.workloads - builder.hosts.length;
  if (missing < 0) throw new RangeError(`profile ${profile.name} has ${-missing} hosts too many`);
  if (missing === 0) return;
  const vdi = profile.apps.find(({ spec }) => spec.app === 'vdi')?.spec;
  const desktop = vdi?.roles.find((each) => each.role === 'desktop');
  const desktops = vdi === undefined || desktop === undefined ? 0 : Math.floor(missing / 2);
  if (vdi && desktop) addRole(builder, vdi, desktop, 'prod', '', desktops, desktop.count);
  addThings(builder, 'terminal', missing - desktops, 'stores', 'store-apac', { app: 'pos-gw', env: 'prod' });
}

function addApp(builder: Builder, spec: AppSpec, env: Env, copy: string): void {
  for (const roleSpec of spec.roles) addRole(builder, spec, roleSpec, env, copy, countIn(spec, roleSpec, env), 0);
}

function addRole(
  builder: Builder,
  spec: AppSpec,
  roleSpec: RoleSpec,
  env: Env,
  copy: string,
  count: number,
  from: number,
): void {
  const loc = locationOf(spec, env);
  const os = OTHER_OS[`${spec.app}/${roleSpec.role}/${env}`] ?? roleSpec.os;
  for (let i = from + 1; i <= from + count; i++) {
    const hostname = `${ENV_LETTER[env]}-${spec.app}${copy}-${roleSpec.role}${String(i).padStart(2, '0')}`;
    const zone =
      roleSpec.dmz === true ? 'dmz' : roleSpec.role === 'desktop' ? 'user' : MANAGEMENT.has(spec.app) ? 'mgmt' : 'core';
    add(builder, {
      hostname: `${hostname}.${DOMAIN}`,
      kind: roleSpec.role === 'desktop' ? 'desktop' : roleSpec.unmanaged ? 'thing' : 'server',
      managed: roleSpec.unmanaged !== true,
      spec: spec.app,
      copy,
      role: roleSpec.role,
      env,
      loc,
      zone,
      os,
      mode: modeIn(spec, roleSpec.role, env),
      ports: roleSpec.ports,
      address: addressFor(builder, poolOf(spec, roleSpec, env, loc), loc, `${spec.app}${copy}/${env}`),
      labels: {
        role: roleSpec.role,
        app: spec.app + copy,
        env,
        loc,
        os: osLabel(os, hostname),
        bu: spec.bu,
        compliance: spec.compliance,
        zone,
      },
    });
  }
}

const MANAGEMENT = new Set(['monitoring', 'siem', 'backup', 'patching', 'vulnscan', 'jump', 'config-mgmt']);

function locationOf(spec: AppSpec, env: Env): Loc {
  if (env === 'dr') return 'dc-ash';
  const dataCentre = spec.loc === 'dc-fra' || spec.loc === 'dc-ash';
  return dataCentre && env !== 'prod' && env !== 'shared' ? 'dc-fra' : spec.loc;
}

function poolOf(spec: AppSpec, roleSpec: RoleSpec, env: Env, loc: Loc): Pool {
  if (spec.app === 'bms-ot') return 'ot';
  if (roleSpec.role === 'desktop') return 'users';
  if (spec.app === 'jump' && env === 'prod') return 'mgmt';
  if (roleSpec.dmz === true && env === 'prod') return 'dmz';
  if (env === 'dr') return 'dr';
  return poolAt(loc, env);
}

function poolAt(loc: Loc, env: Env | null): Pool {
  if (loc === 'aws-euc1') return 'aws';
  if (loc === 'az-weu') return 'azure';
  if (loc === 'store-emea' || loc === 'store-apac') return 'stores';
  if (env === 'staging' || env === 'test' || env === 'dev') return 'nonprod-fra';
  return loc === 'dc-ash' ? 'ash' : 'prod-fra';
}

/** An address of the wanted network, or of the location's own where that is full. */
function addressFor(builder: Builder, pool: Pool, loc: Loc, group: string): string {
  const address = builder.addresses.next(pool, group) ?? builder.addresses.next(poolAt(loc, null), group);
  if (address === null) throw new RangeError(`network ${pool} is full`);
  return address;
}

const osLabel = (os: OsFamily, hostname: string): string =>
  os === 'windows' ? 'win' : os === 'linux' ? (hashOf(hostname, 'distribution') % 5 < 3 ? 'rhel' : 'ubuntu') : os;

/** Managed hosts nobody labelled, all in the Azure network (planted issue P5). */
function addUnlabelled(builder: Builder, profile: Profile): void {
  const windows = Math.round(profile.unlabelled * 0.5676);
  for (let i = 0; i < profile.unlabelled; i++) {
    const code = hashOf(builder.seed, 'unlabelled', i).toString(16).padStart(8, '0').slice(0, 6);
    add(builder, {
      hostname: `az-${code}.${DOMAIN}`,
      kind: 'server',
      managed: true,
      spec: null,
      copy: '',
      role: null,
      env: null,
      loc: 'az-weu',
      zone: 'core',
      os: i < windows ? 'windows' : 'linux',
      mode: i % 2 === 0 && i / 2 < profile.unlabelledIdle ? 'idle' : 'visibility_only',
      ports: i % 3 === 0 ? '443' : '',
      address: addressFor(builder, 'azure', 'az-weu', 'unlabelled'),
      labels: {},
    });
  }
}

/** Unmanaged objects: devices, partners' hosts and servers nobody knows. */
function addThings(
  builder: Builder,
  role: string | null,
  count: number,
  pool: Pool,
  loc: Loc | null,
  labels: Readonly<Record<string, string>>,
): void {
  const before = builder.hosts.filter((host) => host.role === role && !host.managed).length;
  for (let i = 1; i <= count; i++) {
    const hostname = `${role ?? 'unknown-srv'}-${String(before + i).padStart(3, '0')}`;
    const address = addressFor(builder, pool, loc ?? 'dc-fra', role ?? 'unknown');
    // A till stands where its address says: 10.90 is EMEA, 10.91 APAC (the store lists).
    const till = role === 'terminal';
    const where = till ? (address.startsWith('10.91.') ? 'store-apac' : 'store-emea') : (loc ?? 'dc-fra');
    add(builder, {
      hostname: role === 'partner' ? `${hostname}.partner.example` : `${hostname}.${DOMAIN}`,
      kind: 'thing',
      managed: false,
      spec: null,
      copy: '',
      role,
      env: null,
      loc: where,
      zone: 'core',
      os: 'linux',
      mode: 'visibility_only',
      ports: '',
      address,
      labels: role === null ? {} : { role, ...labels, ...(loc === null ? {} : { loc: where }) },
      ...(till ? { description: `stands for the tills of stores ${4 * i - 3} to ${4 * i}` } : {}),
    });
  }
}

/** Unmanaged records left over from before their host got an agent: same host name and address (planted issue P18). */
function addDuplicates(builder: Builder, count: number): void {
  const owners = builder.hosts.filter((host) => host.managed && host.kind === 'server' && host.spec !== null);
  for (const owner of builder.random.sample(owners, count))
    add(builder, {
      ...owner,
      kind: 'thing',
      managed: false,
      mode: 'visibility_only',
      ports: '',
      labels: owner.labels.env === undefined ? {} : { env: owner.labels.env },
    });
}

type NewHost = Omit<Host, 'index' | 'id' | 'visibility' | 'description'> & { readonly description?: string | null };

function add(builder: Builder, host: NewHost): void {
  const index = builder.hosts.length;
  builder.hosts.push({
    description: null,
    ...host,
    index,
    id: uuidOf(builder.seed, 'workload', index),
    visibility: 'flow_summary',
  });
}

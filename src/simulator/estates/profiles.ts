import { APPLICATIONS, type AppSpec, type Env } from './applications.ts';
import type { ProfileName } from './estate.ts';

/** What a profile consists of; sizes in workloads. */
export interface Profile {
  readonly name: ProfileName;
  readonly workloads: number;
  /** Original applications with the environments they have here. */
  readonly apps: readonly { readonly spec: AppSpec; readonly envs: readonly Env[] }[];
  /** How often the business applications are replicated for further regions. */
  readonly copies: number;
  readonly unlabelled: number;
  readonly unlabelledIdle: number;
  readonly idleDesktops: number;
  readonly terminals: number;
  readonly duplicates: number;
  readonly handhelds: number;
  readonly printers: number;
  readonly cameras: number;
  readonly appliances: number;
  readonly partners: number;
  readonly unknownServers: number;
  /** All rules, those of the retired billing ruleset included. */
  readonly rules: number;
  /** Rows of a 30-day window unless `flows` says otherwise. */
  readonly flows: number;
  /** Share of the possible pairs of hosts that is seen talking. */
  readonly density: number;
}

const SMALL_APPS = new Set([
  'ad-core',
  'dns-dhcp',
  'ntp',
  'monitoring',
  'siem',
  'jump',
  'edr-relay',
  'file-services',
  'payments',
  'tokenizer',
  'ordering',
  'ecommerce',
]);

const all: readonly AppSpec[] = APPLICATIONS;
const everything = all.map((spec) => ({ spec, envs: spec.envs }));

const mid: Profile = {
  name: 'mid',
  workloads: 640,
  apps: everything,
  copies: 0,
  unlabelled: 37,
  unlabelledIdle: 18,
  idleDesktops: 14,
  terminals: 40,
  duplicates: 12,
  handhelds: 20,
  printers: 12,
  cameras: 10,
  appliances: 8,
  partners: 6,
  unknownServers: 12,
  rules: 924,
  flows: 9_000,
  density: 0.71,
};

export const PROFILES: Readonly<Record<ProfileName, Profile>> = {
  small: {
    name: 'small',
    workloads: 160,
    apps: all
      .filter((spec) => SMALL_APPS.has(spec.app))
      .map((spec) => ({
        spec,
        envs:
          spec.infrastructure === true && !['monitoring', 'jump'].includes(spec.app)
            ? spec.envs.slice(0, 1)
            : ['prod', 'dev'],
      })),
    copies: 0,
    unlabelled: 5,
    unlabelledIdle: 3,
    idleDesktops: 0,
    terminals: 0,
    duplicates: 2,
    handhelds: 0,
    printers: 4,
    cameras: 0,
    appliances: 2,
    partners: 2,
    unknownServers: 0,
    rules: 200,
    flows: 2_100,
    density: 0.8,
  },
  mid,
  large: { ...mid, name: 'large', workloads: 5_000, copies: 14, rules: 12_000, flows: 95_000 },
  xl: { ...mid, name: 'xl', workloads: 25_000, copies: 80, rules: 75_000, flows: 240_000, density: 0.36 },
};

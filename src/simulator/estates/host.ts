import type { Env, Loc, Mode, OsFamily, Zone } from './applications.ts';
import type { WorkloadRecord } from './estate.ts';

/** A machine as it really is, from which its workload record and its traffic are made. Labels may say something else (planted). */
export interface Host {
  readonly index: number;
  readonly id: string;
  hostname: string;
  readonly kind: 'server' | 'desktop' | 'thing';
  readonly managed: boolean;
  /** Name of the application in the catalogue; null where it has none. */
  readonly spec: string | null;
  /** Suffix of a replicated application (`-apac-03`); empty for the originals. */
  readonly copy: string;
  readonly role: string | null;
  readonly env: Env | null;
  readonly loc: Loc;
  readonly zone: Zone;
  readonly os: OsFamily;
  mode: Mode;
  visibility: WorkloadRecord['visibilityLevel'];
  address: string;
  readonly ports: string;
  /** Key → value as carried; what the policy sees. */
  labels: Readonly<Record<string, string>>;
  description: string | null;
}

import type { LookupFunction } from 'node:net';
import type { Secret } from '../core/secret.ts';

/** Everything needed to reach one org of one PCE with one key. */
export interface PceSettings {
  /** A host name or an address, without scheme and port. */
  readonly host: string;
  readonly port: number;
  /** `http` is for loopback only (the simulator); anything else is refused. */
  readonly scheme?: 'https' | 'http' | undefined;
  /** Digits. SaaS org ids are large, so a string. */
  readonly orgId: string;
  readonly apiKey: Secret;
  readonly apiSecret: Secret;
  readonly tls?: TlsSettings | undefined;
  readonly proxy?: ProxySettings | undefined;
  /** Below the PCE's own 500 (objects.md §3); 0 turns the limit off. */
  readonly requestsPerMinute?: number | undefined;
  /** Resolves the host for every connection in place of the system, so that only checked addresses are connected to. Not through a proxy. */
  readonly lookup?: LookupFunction | undefined;
  /** True: the client itself refuses every request that would change something. */
  readonly readOnly?: boolean | undefined;
}

export interface TlsSettings {
  /** PEM. Replaces the built-in authorities. */
  readonly caFile?: string | undefined;
  readonly certFile?: string | undefined;
  readonly keyFile?: string | undefined;
  readonly verify?: boolean | undefined;
}

export interface ProxySettings {
  /** May carry user and password, hence secret. */
  readonly url: Secret | string;
  /** As `NO_PROXY`: names, suffixes, addresses, separated by commas. */
  readonly noProxy?: string | undefined;
}

export const DEFAULT_REQUESTS_PER_MINUTE = 450;

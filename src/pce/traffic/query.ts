import type { Href } from '../../core/href.ts';

/** An actor of a traffic filter (traffic.md §2.5). */
export type TrafficActor =
  | { readonly label: Href }
  | { readonly labelGroup: Href }
  | { readonly workload: Href }
  | { readonly ipList: Href }
  | { readonly ipAddress: string }
  | { readonly actors: 'ams' };

/** Destinations may also be a DNS name (published since 25.2; traffic.md §2.5 has no evidence of it from clients). */
export type DestinationActor = TrafficActor | { readonly fqdn: string };

/** Destinations may also be excluded by these. */
export type DestinationExclude = DestinationActor | { readonly transmission: 'broadcast' | 'multicast' | 'unicast' };

export interface TrafficService {
  readonly proto?: number | undefined;
  readonly port?: number | undefined;
  readonly toPort?: number | undefined;
  readonly processName?: string | undefined;
  readonly windowsServiceName?: string | undefined;
}

export type PolicyDecision = 'allowed' | 'potentially_blocked' | 'blocked' | 'unknown';

/** A query as the domain puts it; `pce/traffic` writes it on the wire. Times are RFC 3339 with `Z`. */
export interface TrafficQuery {
  readonly name: string;
  readonly start: string;
  readonly end: string;
  /** Alternatives (OR) of actors that must all match (AND); empty: any. */
  readonly sources: {
    readonly include: readonly (readonly TrafficActor[])[];
    readonly exclude: readonly TrafficActor[];
  };
  readonly destinations: {
    readonly include: readonly (readonly DestinationActor[])[];
    readonly exclude: readonly DestinationExclude[];
  };
  readonly services: { readonly include: readonly TrafficService[]; readonly exclude: readonly TrafficService[] };
  readonly sourcesOrDestinations: boolean;
  /** Empty: all four. */
  readonly decisions: readonly PolicyDecision[];
  readonly excludeWorkloadsFromIpListQuery: boolean;
  /** 1 to 200,000. */
  readonly maxResults: number;
  /** Also what the draft policy would decide of each row; the PCE works it out after the query has ended. */
  readonly draftDecisions?: boolean | undefined;
}

/** The result of a finished query. */
export interface TrafficStream {
  /** The query on the PCE; results stay there for about a day. */
  readonly href: Href;
  /** Rows the PCE says it will send; null when it did not say. A cap was hit when and only when the rows that arrive equal `maxResults`. */
  readonly flowsCount: number | null;
  /** Raw observations before aggregation: reported, never acted on. */
  readonly matchesCount: number | null;
  /**
   * Bytes of the JSON array as they arrive. `encoding` tells whether they are still compressed. A download that is empty although
   * `flowsCount` is not zero (the known race) is opened again before anything is handed on. May be called again after one that broke off.
   */
  open(
    signal?: AbortSignal,
  ): Promise<{ readonly encoding: 'identity' | 'gzip'; readonly chunks: AsyncIterable<Uint8Array> }>;
  /** Deletes the query on the PCE; failures are ignored because it expires by itself. */
  discard(): Promise<void>;
}

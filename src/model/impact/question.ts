import type { Href } from '../../core/href.ts';
import type { Decision } from '../policy/decision.ts';
import type { PolicySource } from '../policy/source.ts';
import type { Change } from './change.ts';

/** What becomes of the flows of a table when `from` gives way to `to`. Plain values: it crosses a thread. */
export interface JudgeJob {
  readonly from: PolicySource;
  readonly to: PolicySource;
  /** Edges of these changes come back one by one; all are counted. */
  readonly list: readonly Change[];
  readonly limit: number;
  /** The PCE's draft as it is now (it may be one of the two), to be compared with the rows' own draft decisions. */
  readonly draft?: PolicySource | undefined;
}

/** One end of an edge as the PCE named it in the flows. */
export interface EdgeEnd {
  readonly ip: string | null;
  readonly workload: Href | null;
  /** Workload name, else host name, FQDN, address. */
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly ipLists: readonly string[];
  readonly fqdn: string | null;
  readonly managed: boolean;
}

export type EdgeVerdict = Pick<Decision, 'verdict' | 'class' | 'rules' | 'at'>;

/** All flows from one node to another on one service; a node is a workload whatever its addresses, else an address. */
export interface JudgedEdge {
  readonly change: Change;
  readonly source: EdgeEnd;
  readonly destination: EdgeEnd;
  readonly proto: number | null;
  readonly port: number | null;
  readonly process: string | null;
  readonly from: EdgeVerdict;
  readonly to: EdgeVerdict;
  readonly rows: number;
  /** Rows whose reporter will say `blocked`, of flows that no end blocked before. */
  readonly newlyBlockedRows: number;
  /** Counted once where two VENs reported them (traffic.md §5.1). */
  readonly connections: number;
  /** RFC 3339, seconds. */
  readonly firstSeen: string | null;
  readonly lastSeen: string | null;
}

export interface ChangeCount {
  readonly edges: number;
  readonly rows: number;
  readonly connections: number;
}

/** How often the engine and the PCE say the same, in rows. */
export interface Agreement {
  readonly compared: number;
  readonly agreeing: number;
  /** Most rows first. */
  readonly differences: readonly { readonly engine: string; readonly pce: string; readonly rows: number }[];
}

export interface JudgeAnswer {
  readonly totals: Readonly<Record<Change, ChangeCount>>;
  readonly newlyBlockedRows: number;
  /** Of the listed changes, by change, then most connections first. */
  readonly edges: readonly JudgedEdge[];
  /** How many there are before `limit`. */
  readonly edgeCount: number;
  /** Rows without an address at one end, which cannot be judged. */
  readonly unjudgedRows: number;
  /** Rows that name a workload the policy was not given: deleted since, or hidden from the caller. It was judged as a bare address. */
  readonly strangerRows: number;
  /** `from` against the decisions VENs reported. */
  readonly reported: Agreement;
  /** Against draft decisions of the rows; nothing compared where rows carry none. */
  readonly draft: Agreement;
}

import type { Href } from '../../core/href.ts';
import type { AddressKind } from '../../model/flows/question.ts';
import type { LabelRef, PceEvent, Workload } from '../../model/inventory.ts';
import type { RuleReach } from '../rules/members.ts';

/** One end of a flow: a workload of the estate, or an address outside of it. */
export interface FlowEnd {
  /** Index into the workloads; null for an address. */
  readonly workload: number | null;
  readonly name: string;
  readonly kind: AddressKind;
  /** IP lists that name the address. */
  readonly lists: readonly string[];
}

/** Traffic of one decision on one service between two ends. */
export interface Flow {
  readonly from: FlowEnd;
  readonly to: FlowEnd;
  readonly proto: number;
  readonly port: number | null;
  readonly decision: string;
  readonly rows: number;
  readonly connections: number;
}

export interface RuleFacts {
  /** `Ordering-Prod-RS1: allow role=web -> role=db on POSTGRES`. */
  readonly text: string;
  /** Why it exists, by the rule's or its ruleset's description. */
  readonly justification: string;
}

/** Everything the tests look at: the estate, the active policy, and the traffic and events of the window. */
export interface ComplianceFacts {
  readonly workloads: readonly Workload[];
  /** Indexes of the workloads the controls are about. */
  readonly scope: ReadonlySet<number>;
  /** True where the scope is the whole estate. */
  readonly isWhole: boolean;
  readonly labels: readonly LabelRef[];
  readonly rules: readonly RuleReach[];
  readonly rule: (href: Href) => RuleFacts;
  /** With an end in the scope. */
  readonly flows: readonly Flow[];
  /** Of policy changes. */
  readonly events: readonly PceEvent[];
  /** What was not read of all this. */
  readonly gaps: readonly string[];
}

/** `not_testable`: the PCE has nothing to tell. */
export type Verdict = 'pass' | 'partial' | 'fail' | 'not_testable';

export interface TestResult {
  readonly verdict: Verdict;
  /** What was found, with numbers. */
  readonly because: string;
  /** What was looked at or found wanting, by name. */
  readonly objects: readonly string[];
  readonly samples: readonly string[];
}

export type ComplianceTest = (facts: ComplianceFacts) => TestResult;

const NAMED = 3;

/** The first few, and how many more there are. */
export const some = (names: Iterable<string>): readonly string[] => {
  const all = [...new Set(names)];
  return all.length <= NAMED ? all : [...all.slice(0, NAMED), `and ${all.length - NAMED} more`];
};

export const result = (
  verdict: Verdict,
  because: string,
  objects: Iterable<string> = [],
  flows: readonly Flow[] = [],
): TestResult => ({ verdict, because, objects: some(objects), samples: some(flows.map(flowText)) });

export const flowText = ({ from, to, proto, port, decision }: Flow): string =>
  `${from.name} → ${to.name} ${port === null ? `protocol ${proto}` : `${port}/${proto === 6 ? 'tcp' : proto === 17 ? 'udp' : proto}`} ${decision}`;

export const hostName = (workload: Workload | undefined): string => workload?.name ?? workload?.hostname ?? '-';
export const labelOf = (workload: Workload | undefined, key: string): string | null =>
  workload?.labels.find((label) => label.key === key)?.value ?? null;

/** Traffic that arrived, or was never stopped: what a test of what is possible goes by. */
export const passed = ({ decision }: Flow): boolean => decision !== 'blocked';

import { isHref } from '../../core/href.ts';
import type { FlowEndpoint } from '../flows/endpoint.ts';
import { timeOf } from '../flows/seconds.ts';
import type { FlowTable } from '../flows/table.ts';
import type { Decision } from '../policy/decision.ts';
import { type CompiledPolicy, compilePolicy, decide, draftDecision, reportedAt } from '../policy/index.ts';
import type { PolicySource } from '../policy/source.ts';
import { agreementCounter } from './agreement.ts';
import { type Change, CHANGES, changeOf, rankOf } from './change.ts';
import type { EdgeEnd, EdgeVerdict, JudgeAnswer, JudgedEdge, JudgeJob } from './question.ts';
import { type Variant, variantsOf } from './variants.ts';

/** An edge while its rows are added up. */
interface Sum {
  /** The variant that says what becomes of the edge. */
  telling: Told;
  rows: number;
  newlyBlockedRows: number;
  in: number;
  out: number;
  undirected: number;
  first: number;
  last: number;
}

interface Told {
  readonly variant: Variant;
  readonly change: Change;
  readonly from: Decision;
  readonly to: Decision;
}

/** A drop that is not the policy's: a host firewall of its own (traffic.md §5.2). */
const FOREIGN_DROP = 'blocked_non_illumio_rule';

/**
 * Judges every distinct flow of a finished table under two policies and adds up what becomes of the edges. The destination's reports say
 * more than the source's, because they name the process that listens; where both exist, they decide about the edge.
 */
export function judgeTable(table: FlowTable, { from, to, list, limit, draft: draftSource }: JudgeJob): JudgeAnswer {
  const compiled = new Map<PolicySource, CompiledPolicy>();
  const policyOf = (source: PolicySource): CompiledPolicy => {
    const policy = compiled.get(source) ?? compilePolicy(source);
    compiled.set(source, policy);
    return policy;
  };
  const before = policyOf(from);
  const after = policyOf(to);
  const draftPolicy = draftSource === undefined ? null : policyOf(draftSource);
  const reported = agreementCounter();
  const draft = agreementCounter();
  const sums = new Map<number, Sum>();
  const known = new Set<string>(from.workloads.map(({ href }) => href));
  const isStranger = ({ workload }: FlowEndpoint): boolean => !!workload?.href && !known.has(workload.href);
  let unjudgedRows = 0;
  let strangerRows = 0;
  let newlyBlockedRows = 0;

  for (const variant of variantsOf(table)) {
    const { question, reporter, rows } = variant;
    if (question === null) {
      unjudgedRows += rows;
      continue;
    }
    if (isStranger(variant.source) || isStranger(variant.destination)) strangerRows += rows;
    const foreign = variant.boundary === FOREIGN_DROP;
    const now = decide(before, question);
    const then = after === before ? now : decide(after, question);
    const change = foreign ? 'already_blocked' : changeOf(now.verdict, then.verdict);
    if (draftPolicy !== null && variant.draft !== null)
      draft.add(draftDecision(draftPolicy, question), variant.draft, rows);
    let blocked = 0;
    if (reporter !== null && !foreign) {
      const word = reportedAt(before, question, reporter).decision;
      if (variant.reported !== null && variant.reported !== 'unknown') reported.add(word, variant.reported, rows);
      // Where one end blocked before, the other end's word makes no difference.
      const isNew = now.verdict !== 'blocked' && variant.reported !== 'blocked';
      if (isNew && reportedAt(after, question, reporter).decision === 'blocked') blocked = rows;
    }
    newlyBlockedRows += blocked;
    add(sums, { variant, change, from: now, to: then }, blocked);
  }

  const listed = [...sums.values()]
    .filter(({ telling }) => list.includes(telling.change))
    .sort(
      (a, b) =>
        rankOf(a.telling.change) - rankOf(b.telling.change) ||
        connectionsOf(b) - connectionsOf(a) ||
        a.telling.variant.edge - b.telling.variant.edge,
    );
  return {
    totals: totalsOf([...sums.values()]),
    newlyBlockedRows,
    edges: listed.slice(0, limit).map(edgeOf),
    edgeCount: listed.length,
    unjudgedRows,
    strangerRows,
    reported: reported.result(),
    draft: draft.result(),
  };
}

function add(sums: Map<number, Sum>, told: Told, blocked: number): void {
  const { variant } = told;
  const known = sums.get(variant.edge);
  const sum = known ?? {
    telling: told,
    rows: 0,
    newlyBlockedRows: 0,
    in: 0,
    out: 0,
    undirected: 0,
    first: variant.first,
    last: variant.last,
  };
  if (known === undefined) sums.set(variant.edge, sum);
  else if (tellsMore(told, sum.telling)) sum.telling = told;
  sum.rows += variant.rows;
  sum.newlyBlockedRows += blocked;
  if (variant.reporter === 'destination') sum.in += variant.connections;
  else if (variant.reporter === 'source') sum.out += variant.connections;
  else sum.undirected += variant.connections;
  if (variant.first > 0 && (sum.first === 0 || variant.first < sum.first)) sum.first = variant.first;
  sum.last = Math.max(sum.last, variant.last);
}

function tellsMore(told: Told, than: Told): boolean {
  const informed = told.variant.reporter === 'destination';
  if (informed !== (than.variant.reporter === 'destination')) return informed;
  return rankOf(told.change) < rankOf(than.change);
}

const connectionsOf = (sum: Sum): number => Math.max(sum.in, sum.out) + sum.undirected;

function totalsOf(sums: readonly Sum[]): JudgeAnswer['totals'] {
  const totals = Object.fromEntries(CHANGES.map((change) => [change, { edges: 0, rows: 0, connections: 0 }])) as Record<
    Change,
    { edges: number; rows: number; connections: number }
  >; // one entry per change
  for (const sum of sums) {
    const total = totals[sum.telling.change];
    total.edges += 1;
    total.rows += sum.rows;
    total.connections += connectionsOf(sum);
  }
  return totals;
}

const verdictOf = ({ verdict, class: decidedBy, rules, at }: Decision): EdgeVerdict => ({
  verdict,
  class: decidedBy,
  rules,
  at,
});

function edgeOf(sum: Sum): JudgedEdge {
  const { variant, change, from, to } = sum.telling;
  const { question } = variant;
  return {
    change,
    source: endOf(variant.source),
    destination: endOf(variant.destination),
    proto: question === null || question.proto < 0 ? null : question.proto,
    port: question?.port ?? null,
    process: variant.process,
    from: verdictOf(from),
    to: verdictOf(to),
    rows: sum.rows,
    newlyBlockedRows: sum.newlyBlockedRows,
    connections: connectionsOf(sum),
    firstSeen: timeOf(sum.first),
    lastSeen: timeOf(sum.last),
  };
}

function endOf({ ip, fqdn, workload, ipLists }: FlowEndpoint): EdgeEnd {
  const href = workload?.href ?? null;
  return {
    ip,
    fqdn,
    workload: href !== null && isHref(href) ? href : null,
    name: workload?.name ?? workload?.hostname ?? fqdn ?? ip ?? '-',
    labels: Object.fromEntries((workload?.labels ?? []).map(({ key, value }) => [key, value])),
    ipLists: ipLists.flatMap(({ name }) => name ?? []),
    managed: workload?.managed === true,
  };
}

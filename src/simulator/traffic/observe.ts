import type { Href } from '../../core/href.ts';
import type { BoundaryDecision, FlowQuestion, ReportedDecision } from '../../model/policy/decision.ts';
import type { PolicySource, SourceWorkload } from '../../model/policy/source.ts';
import type { FlowRow, WorkloadRecord } from '../estates/estate.ts';
import type { World } from '../world.ts';
import { reporter } from './judge.ts';
import type { Part } from './parts.ts';
import type { End, View } from './view.ts';

export type ClientType = 'server' | 'endpoint' | 'flowlink';

/** A row with what its reporter said about it. */
export interface Observed {
  readonly row: FlowRow;
  readonly src: End;
  readonly dst: End;
  readonly decision: ReportedDecision;
  readonly boundary: BoundaryDecision | 'blocked_non_illumio_rule' | null;
  readonly clientType: ClientType;
  readonly state: FlowRow['state'];
}

export interface Ends {
  readonly src: End;
  readonly dst: End;
}

const workloadsByPolicy = new WeakMap<PolicySource, ReadonlyMap<Href, SourceWorkload>>();

function workloadsOf(policy: PolicySource): ReadonlyMap<Href, SourceWorkload> {
  let found = workloadsByPolicy.get(policy);
  if (!found) {
    found = new Map(policy.workloads.map((workload) => [workload.href, workload]));
    workloadsByPolicy.set(policy, found);
  }
  return found;
}

/** The observer of one part: what each row's reporter, in its mode and under its policy of then, made of it (traffic.md §5). */
export function observer(part: Part, world: World, view: View) {
  const workloads = workloadsOf(part.policy);
  const reported = reporter(part.policy);
  const beforeStart = part.toMs <= world.estate.nowMs;

  const end = (index: number, ip: string, fqdn: string | null): End => {
    const peer = index >= 0 ? view.at(index) : view.byAddress(ip);
    // An address got its workload when the workload was made, not before.
    return { ip, peer: peer && (index >= 0 || peer.record.createdMs < part.toMs) ? peer : null, fqdn };
  };

  /** The level a workload reported at: since the start as it is now, before it as the estate says, because the past stays as it was. */
  const visibility = (index: number, peer: WorkloadRecord): WorkloadRecord['visibilityLevel'] =>
    (beforeStart ? world.estate.workloads[index]?.visibilityLevel : undefined) ?? peer.visibilityLevel;

  return {
    ends: (row: FlowRow): Ends => ({ src: end(row.src, row.srcIp, null), dst: end(row.dst, row.dstIp, row.dstFqdn) }),

    /** The report of `row`; null when nobody reported it: the VEN is gone, or its visibility level leaves the flow out (§5.1). */
    report(row: FlowRow, { src, dst }: Ends): Observed | null {
      if (row.reporter === 'flowlink') {
        return { row, src, dst, decision: 'unknown', boundary: null, clientType: 'flowlink', state: row.state };
      }
      const atSource = row.reporter === 'source';
      const { peer } = atSource ? src : dst;
      const policed = peer && workloads.get(peer.href);
      if (!peer || !policed?.managed) return null;
      const level = visibility(atSource ? row.src : row.dst, peer.record);
      if (level === 'flow_off') return null;
      const clientType = peer.endpoint ? 'endpoint' : 'server';
      if (policed.mode === 'idle') {
        // Nothing is decided, and a snapshot is all that is seen (§5.2).
        if (level === 'flow_drops') return null;
        return { row, src, dst, decision: 'unknown', boundary: null, clientType, state: 'snapshot' };
      }
      if (row.droppedByHost) {
        return {
          row,
          src,
          dst,
          decision: 'blocked',
          boundary: 'blocked_non_illumio_rule',
          clientType,
          state: row.state,
        };
      }
      const { decision, boundary } = reported(questionOf(row, { src, dst }), row.reporter);
      if (level === 'flow_drops' && decision !== 'blocked') return null;
      return { row, src, dst, decision, boundary, clientType, state: row.state };
    },
  };
}

/** A row as a question to the policy. The process of a row is the reporter's; rules name the one that listens. */
export function questionOf(row: FlowRow, { src, dst }: Ends): FlowQuestion {
  const listening = row.reporter === 'destination';
  return {
    src: { ip: row.srcIp, workload: src.peer?.href },
    dst: { ip: row.dstIp, workload: dst.peer?.href, fqdn: row.dstFqdn ?? undefined },
    proto: row.proto,
    port: row.icmpType === null ? row.port : undefined,
    icmpType: row.icmpType ?? undefined,
    icmpCode: row.icmpCode ?? undefined,
    process: (listening ? row.process : null) ?? undefined,
    windowsService: (listening ? row.windowsService : null) ?? undefined,
  };
}

import type { FlowRow, FlowSource } from '../estates/estate.ts';

/**
 * Connections somebody observed, as traffic of an estate. A row that reaches beyond the asked range gives the connections of its part of
 * the time, spread evenly, so that adjoining ranges add up to the whole.
 */
export function recordedTraffic(flows: readonly FlowRow[], nowMs: number): FlowSource {
  const oldestMs = flows.reduce((oldest, { firstMs }) => Math.min(oldest, firstMs), nowMs);
  return {
    oldestMs,
    *rows(fromMs, toMs) {
      for (const flow of flows) {
        if (flow.lastMs < fromMs || flow.firstMs >= toMs) continue;
        if (flow.firstMs >= fromMs && flow.lastMs < toMs) {
          yield flow;
          continue;
        }
        const from = Math.max(flow.firstMs, fromMs);
        const to = Math.min(flow.lastMs + 1, toMs);
        const part = (whole: number): number => sharedUntil(flow, whole, to) - sharedUntil(flow, whole, from);
        const connections = part(flow.connections);
        if (connections === 0) continue;
        yield {
          ...flow,
          connections,
          bytesIn: part(flow.bytesIn),
          bytesOut: part(flow.bytesOut),
          firstMs: from,
          lastMs: to - 1,
        };
      }
    },
  };
}

/** How much of a row's amount lies before a time. */
const sharedUntil = ({ firstMs, lastMs }: FlowRow, whole: number, ms: number): number =>
  Math.floor((whole * (ms - firstMs)) / (lastMs + 1 - firstMs));

import type { FlowTotals } from './question.ts';
import { NO_TIME, timeOf } from './seconds.ts';
import type { Segment } from './segment.ts';
import type { FlowTable } from './table.ts';

const NO_DECISION = '(none)';

/** Adds rows up, one by one. */
export class TotalsCounter {
  readonly #table: FlowTable;
  readonly #inbound: number | undefined;
  readonly #outbound: number | undefined;
  readonly #edgeSeen: Uint8Array;
  /** Connections by pair, as each direction told them. */
  readonly #in: Float64Array;
  readonly #out: Float64Array;
  readonly #decisionRows: Float64Array;
  readonly #decisionConnections: Float64Array;
  #rows = 0;
  #connections = 0;
  #undirected = 0;
  #edges = 0;
  #bytesIn = 0;
  #bytesOut = 0;
  #first = Number.POSITIVE_INFINITY;
  #last = NO_TIME;

  constructor(table: FlowTable) {
    this.#table = table;
    const { direction, decision } = table.texts;
    this.#inbound = direction.find('inbound');
    this.#outbound = direction.find('outbound');
    this.#edgeSeen = new Uint8Array(table.edges);
    this.#in = new Float64Array(table.pairs);
    this.#out = new Float64Array(table.pairs);
    this.#decisionRows = new Float64Array(decision.size);
    this.#decisionConnections = new Float64Array(decision.size);
  }

  add(segment: Segment, row: number): void {
    const connections = segment.connections[row] ?? 0;
    const direction = segment.direction[row];
    const pair = segment.pair[row] ?? 0;
    const decision = segment.decision[row] ?? 0;
    const edge = segment.edge[row] ?? 0;
    const first = segment.first[row] ?? NO_TIME;
    const last = segment.last[row] ?? NO_TIME;
    this.#rows += 1;
    this.#connections += connections;
    if (direction === this.#inbound) this.#in[pair] = (this.#in[pair] ?? 0) + connections;
    else if (direction === this.#outbound) this.#out[pair] = (this.#out[pair] ?? 0) + connections;
    else this.#undirected += connections;
    if (this.#edgeSeen[edge] === 0) {
      this.#edgeSeen[edge] = 1;
      this.#edges += 1;
    }
    this.#decisionRows[decision] = (this.#decisionRows[decision] ?? 0) + 1;
    this.#decisionConnections[decision] = (this.#decisionConnections[decision] ?? 0) + connections;
    this.#bytesIn += segment.bytesIn[row] ?? 0;
    this.#bytesOut += segment.bytesOut[row] ?? 0;
    if (first !== NO_TIME && first < this.#first) this.#first = first;
    if (last > this.#last) this.#last = last;
  }

  totals(): FlowTotals {
    let distinct = this.#undirected;
    for (let pair = 0; pair < this.#in.length; pair += 1) {
      distinct += Math.max(this.#in[pair] ?? 0, this.#out[pair] ?? 0);
    }
    return {
      rows: this.#rows,
      connections: this.#connections,
      distinctConnections: distinct,
      edges: this.#edges,
      bytesIn: this.#bytesIn,
      bytesOut: this.#bytesOut,
      byDecision: this.#byDecision(),
      firstSeen: timeOf(Number.isFinite(this.#first) ? this.#first : NO_TIME),
      lastSeen: timeOf(this.#last),
    };
  }

  #byDecision(): FlowTotals['byDecision'] {
    const { decision } = this.#table.texts;
    const entries: [string, { rows: number; connections: number }][] = [];
    this.#decisionRows.forEach((rows, code) => {
      if (rows > 0)
        entries.push([
          decision.valueOf(code) ?? NO_DECISION,
          { rows, connections: this.#decisionConnections[code] ?? 0 },
        ]);
    });
    return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
  }
}

import { type AppFlow, type Direction, isUncovered } from '../../analysis/coverage.ts';
import { compareText } from '../listing.ts';
import { present } from '../present.ts';
import { serviceFields } from '../traffic/service.ts';

/** What no rule covers: a service with a peer, or inside the application. */
export interface UncoveredRow {
  readonly direction: Direction;
  readonly app?: string;
  readonly env?: string;
  readonly port?: number;
  readonly proto?: string;
  readonly policy: string;
  readonly connections: number;
}

/** Most connections first. A peer without labels is a row without app and env; nothing is dropped for a missing label or port. */
export function uncoveredRows(flows: readonly AppFlow[]): readonly UncoveredRow[] {
  return flows
    .filter(isUncovered)
    .map(({ direction, app, env, proto, port, decision, connections }) => ({
      direction,
      ...(direction === 'intra' ? {} : present({ app, env })),
      ...serviceFields(proto, port),
      policy: decision,
      connections,
    }))
    .sort((a, b) => b.connections - a.connections || compareText(JSON.stringify(a), JSON.stringify(b)));
}

import type { View } from '../../answer/answer.ts';
import { described, oneOf } from '../fields.ts';

/** How a map is shown. */
export const renderArgument = described(oneOf('table', 'csv', 'mermaid'), 'Default table');

export type Render = 'table' | 'csv' | 'mermaid';

interface Edge {
  readonly from: string;
  readonly to: string;
  readonly service: string;
  readonly connections: number;
}

const SERVICES_NAMED = 3;

/** The view of rows that are edges; a diagram has one arrow for each pair, busiest first, with its busiest services. */
export function viewOf(render: Render | undefined, rows: readonly Edge[]): View {
  if (render !== 'mermaid') return { as: render ?? 'table' };
  const pairs = new Map<string, { from: string; to: string; services: Set<string>; connections: number }>();
  for (const { from, to, service, connections } of rows) {
    const key = JSON.stringify([from, to]);
    const pair = pairs.get(key) ?? { from, to, services: new Set<string>(), connections: 0 };
    pair.services.add(service);
    pair.connections += connections;
    pairs.set(key, pair);
  }
  const edges = [...pairs.values()].toSorted((a, b) => b.connections - a.connections);
  return {
    as: 'mermaid',
    edges: edges.map(({ from, to, services }) => ({ from, to, label: labelOf([...services]) })),
  };
}

const labelOf = (services: readonly string[]): string =>
  services.length <= SERVICES_NAMED
    ? services.join(', ')
    : `${services.slice(0, SERVICES_NAMED).join(', ')} +${services.length - SERVICES_NAMED}`;

import { sanitiseText } from './sanitise.ts';

/** An edge of a graph a person looks at. */
export interface GraphEdge {
  readonly from: string;
  readonly to: string;
  readonly label?: string | undefined;
}

// Inside quotes Mermaid still reads #…; entities, quotes and HTML; nothing of that may come from a name.
const MEANS_SOMETHING = /["#<>`\\;&]/g;
const MAX_LABEL_LENGTH = 60;

const label = (text: string): string => sanitiseText(text, MAX_LABEL_LENGTH).replace(MEANS_SOMETHING, '·') || '·';

/** A Mermaid flowchart of the first `limit` edges. Node ids are ours (n1, n2 …); names appear only as quoted, inert labels. */
export function mermaid(edges: readonly GraphEdge[], limit: number): string {
  const ids = new Map<string, string>();
  const lines = ['flowchart LR'];
  const nodeId = (name: string): string => {
    const known = ids.get(name);
    if (known !== undefined) return known;
    const id = `n${ids.size + 1}`;
    ids.set(name, id);
    lines.push(`  ${id}["${label(name)}"]`);
    return id;
  };
  for (const edge of edges.slice(0, limit)) {
    const from = nodeId(edge.from);
    const to = nodeId(edge.to);
    lines.push(edge.label === undefined ? `  ${from} --> ${to}` : `  ${from} -->|"${label(edge.label)}"| ${to}`);
  }
  return lines.join('\n');
}

import type { Column, View } from './answer.ts';
import { csvFields, csvHeader, csvRow } from './csv.ts';
import { type GraphEdge, mermaid } from './mermaid.ts';
import { filledColumns, tableHeader, tableRow } from './table.ts';

/** How the rows of an answer look in its text: lines before them and the lines of each. */
export interface RowView<Item> {
  readonly header: readonly string[];
  row(item: Item): readonly string[];
}

function diagram(edges: readonly GraphEdge[], maxLength: number): readonly string[] {
  let limit = edges.length;
  let text = mermaid(edges, limit);
  while (text.length > maxLength && limit > 1) {
    limit = Math.floor(limit / 2);
    text = mermaid(edges, limit);
  }
  const note = limit < edges.length ? [`the diagram shows ${limit} of ${edges.length} edges`] : [];
  return ['```mermaid', text, '```', ...note];
}

/** The rows as table or CSV lines; as a diagram they are drawn once, within `maxLength` characters, and the structured lane lists them. */
export function rowView<Item extends object>(
  view: View | undefined,
  columns: readonly Column<Item>[],
  items: readonly Item[],
  maxLength: number,
): RowView<Item> {
  switch (view?.as) {
    case 'csv': {
      const fields = csvFields(items);
      return { header: [csvHeader(fields)], row: (item) => [csvRow(fields, item)] };
    }
    case 'mermaid':
      return { header: diagram(view.edges, maxLength), row: () => [] };
    default: {
      // A column that is blank in every row costs tokens and says nothing.
      const filled = filledColumns(columns, items);
      return { header: [tableHeader(filled)], row: (item) => [tableRow(filled, item)] };
    }
  }
}

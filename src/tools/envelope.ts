import type { JSONSchema } from 'json-schema-to-ts';

type Properties = Readonly<Record<string, JSONSchema>>;

const STRING = { type: 'string' } as const;
const STRINGS = { type: 'array', items: STRING } as const;

/**
 * The published output schema of a list-like or analytic tool (design §4): the envelope around `item` rows. Optional members are left
 * out of an answer rather than sent as null, so nothing but the envelope itself is required. `open` rows carry one further text
 * field per label key or grouping dimension, whose names only the PCE knows.
 */
export const envelope = (item: Properties, totals: Properties, { extra = {}, open = false }: EnvelopeOptions = {}) => ({
  type: 'object' as const,
  properties: {
    answer: STRING,
    items: {
      type: 'array' as const,
      items: {
        type: 'object' as const,
        properties: item,
        ...(open ? { additionalProperties: STRING } : {}),
      },
    },
    totals: { type: 'object' as const, properties: totals },
    coverage: {
      type: 'object' as const,
      properties: {
        window: { type: 'object' as const, properties: { start: STRING, end: STRING } },
        rows_read: { type: 'integer' as const },
        row_cap: { type: 'integer' as const },
        truncated: { type: 'boolean' as const },
        decisions: STRINGS,
        gaps: STRINGS,
      },
      required: ['rows_read', 'truncated', 'gaps'],
    },
    ...extra,
    cursor: STRING,
    next: STRINGS,
    evidence: STRINGS,
  },
  required: ['answer', 'items', 'totals', 'coverage'],
});

interface EnvelopeOptions {
  readonly extra?: Properties;
  readonly open?: boolean;
}

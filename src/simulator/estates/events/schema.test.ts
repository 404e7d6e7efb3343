import { describe, expect, it } from 'vitest';
import { RELEASES, schemas, SCHEMAS_MISSING } from '../../../../test/contract/simulator-traffic/schemas.ts';
import { isObject } from '../../../core/json.ts';
import { DAY } from '../calendar.ts';
import { ANCHORS, textOf } from '../estate-testing.ts';
import { buildEstate } from '../index.ts';

type Fields = Readonly<Record<string, unknown>>;

const CORRECTIONS = {
  // The file says that a status is always a text; every recorded notification has null (traffic.md §6.2).
  events_get: (schema: Fields) => ({
    ...schema,
    properties: {
      ...(isObject(schema['properties']) ? schema['properties'] : {}),
      status: { type: ['string', 'null'] },
    },
  }),
  // Its kinds of resource overlap, so that no resource could be exactly one of them.
  resource_canonical_representations: ({ oneOf, ...schema }: Fields) => ({ ...schema, anyOf: oneOf }),
};

describe.skipIf(SCHEMAS_MISSING !== null)(
  `events validate${SCHEMAS_MISSING === null ? '' : ` (skipped: ${SCHEMAS_MISSING})`}`,
  () => {
    const nowMs = ANCHORS.first;
    const estate = buildEstate({ profile: 'mid', seed: 7, nowMs });
    // One of each type: a month repeats them.
    const events = new Map(
      [...estate.events(nowMs - 90 * DAY, nowMs)].map((event) => [textOf(event, 'event_type'), event]),
    );

    it.each(RELEASES)('in %s', (release) => {
      expect(events.size).toBeGreaterThan(35);
      const problems = schemas(release, CORRECTIONS);
      for (const [type, event] of events) expect(problems('events_get', event), type).toEqual([]);
    });
  },
);

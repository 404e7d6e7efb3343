import type { Estate, FlowRow, ProfileName } from '../estates/estate.ts';
import { buildEstate } from '../estates/index.ts';
import { oneOf, record, text } from '../http/schema.ts';
import { recordedTraffic } from '../import/recorded-traffic.ts';
import type { WorldState } from '../world-state.ts';
import { Ajv } from 'ajv';

/** An estate as its makers' numbers: made again whenever it is needed. */
export interface GeneratedEstate {
  readonly kind: 'generated';
  readonly profile: ProfileName;
  readonly seed: number;
  readonly nowMs: number;
  readonly flows?: number;
}

/** An estate as data: one that was imported from a PCE's own exports. */
export interface WrittenEstate {
  readonly kind: 'written';
  readonly estate: Omit<Estate, 'events' | 'traffic'>;
  readonly flows: readonly FlowRow[];
}

export type EstateSource = GeneratedEstate | WrittenEstate;

type Rows = readonly (readonly [key: string, value: unknown])[];

/** A whole simulated PCE as JSON: where its estate comes from, and every row of every table as it is now. */
export interface EstateDocument {
  readonly format: typeof FORMAT;
  /** The simulator's time, RFC 3339. */
  readonly now: string;
  readonly source: EstateSource;
  /** Absent tables hold what the estate starts with. */
  readonly tables: Readonly<Record<string, Rows>>;
}

export const FORMAT = 'illumio-mcp-simulated-pce/1';

/** The estate a source describes, ready to serve. */
export function estateOf(source: EstateSource): Estate {
  if (source.kind === 'generated') return buildEstate(source);
  return {
    ...source.estate,
    events: () => [],
    traffic: recordedTraffic(source.flows, source.estate.nowMs),
  };
}

/** A new world's document: nothing has changed yet. */
export const documentOf = (source: EstateSource): EstateDocument => ({
  format: FORMAT,
  now: new Date(source.kind === 'generated' ? source.nowMs : source.estate.nowMs).toISOString(),
  source,
  tables: {},
});

/** A living world as the text of a document, in pieces of one row, for it may be large. Sessions of people are left out. */
export function* exported(world: WorldState, source: EstateSource): Generator<string> {
  const head = { format: FORMAT, now: new Date(world.clock.now()).toISOString(), source };
  // Taken together: a write in between is in none of them.
  const tables = [...world.tables.all()].map(([name, rows]) => [name, [...rows]] as const);
  yield `${JSON.stringify(head).slice(0, -1)},"tables":{`;
  let comma = '';
  for (const [name, rows] of tables) {
    if (LEFT_OUT.has(name)) continue;
    yield `${comma}\n${JSON.stringify(name)}:[`;
    comma = ',';
    let between = '';
    for (const row of rows) {
      yield `${between}\n${JSON.stringify(row)}`;
      between = ',';
    }
    yield ']';
  }
  yield '}}\n';
}

/** What belongs to one run of the simulator: a document's clock begins at its `now`. */
const LEFT_OUT = new Set(['auth_tokens', 'sessions', 'jobs', 'clock']);

const objects = { type: 'array', items: { type: 'object' } } as const;
const LISTS = [
  'users',
  'serviceAccounts',
  'dimensions',
  'labels',
  'workloads',
  'networks',
  'labelGroups',
  'ipLists',
  'services',
  'ruleSets',
  'enforcementBoundaries',
  'virtualServices',
  'policyVersions',
] as const satisfies readonly (keyof Estate)[];

/** As far as a wrong file is told from a right one; what stands in the lists is taken as an export wrote it. */
const writtenEstate = {
  type: 'object',
  required: ['profile', 'seed', 'nowMs', 'orgId', 'pceFqdn', ...LISTS],
  properties: {
    seed: { type: 'integer' },
    nowMs: { type: 'integer' },
    orgId: { type: 'integer' },
    pceFqdn: text,
    ...Object.fromEntries(LISTS.map((list) => [list, objects])),
    users: { ...objects, minItems: 1 },
  },
} as const;

const check = new Ajv({ allowUnionTypes: true, strictRequired: false, strictTuples: false }).compile<EstateDocument>(
  record(
    {
      format: oneOf(FORMAT),
      now: text,
      source: {
        type: 'object',
        required: ['kind'],
        oneOf: [
          record(
            {
              kind: oneOf('generated'),
              profile: oneOf('small', 'mid', 'large', 'xl'),
              seed: { type: 'integer', minimum: 0 },
              nowMs: { type: 'integer', minimum: 0 },
              flows: { type: 'integer', minimum: 1, maximum: 1_000_000 },
            },
            ['kind', 'profile', 'seed', 'nowMs'],
          ),
          record({ kind: oneOf('written'), estate: writtenEstate, flows: objects }, ['kind', 'estate', 'flows']),
        ],
      },
      tables: {
        type: 'object',
        additionalProperties: {
          type: 'array',
          items: { type: 'array', minItems: 2, maxItems: 2, items: [{ type: 'string' }, {}] },
        },
      },
    },
    ['format', 'now', 'source', 'tables'],
  ),
);

/** A document from its text. Throws an Error that says what is wrong with it. */
export function readDocument(textOfIt: string): EstateDocument {
  const document: unknown = JSON.parse(textOfIt);
  if (!check(document)) {
    const [error] = check.errors ?? [];
    throw new Error(`not an exported estate: ${error?.instancePath || '/'} ${error?.message ?? 'is not valid'}`);
  }
  if (Number.isNaN(Date.parse(document.now))) throw new Error('not an exported estate: /now is not a time');
  return document;
}

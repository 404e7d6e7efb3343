import type { JsonObject } from '../../core/json.ts';
import type { Caller } from '../world.ts';
import type { WorldState } from '../world-state.ts';
import type { StoredRecord } from './record-store.ts';

/** What makes one collection of records different from the others; everything else is the machine's (`record-routes.ts`). */
export interface RecordKind {
  /** Its name in the store. */
  readonly collection: string;
  /** `/orgs/:org/pairing_profiles`; with a `:parent` for records that stand below others. */
  readonly path: string;
  /** In event names and resources: `pairing_profile`. */
  readonly singular: string;
  /** The collection of the parents, which must exist. */
  readonly parents?: string;
  /** Name of the published schema of an answer; absent where none is published. */
  readonly schema?: string;
  readonly defaultRows?: number;
  readonly checkPost?: (body: unknown) => JsonObject;
  readonly checkPut?: (body: unknown) => JsonObject;
  /** The id of a new record: a sequence of integers, a UUID, or something the body says. */
  readonly ids: 'integer' | 'uuid' | ((given: JsonObject) => string);
  /** Fields of a body that are stored as they come, hrefs in them unread. */
  readonly literal?: readonly string[];
  /** The stored body after a create (`before` null) or update, from a checked and storable one. Throws 406 for what a schema cannot say. */
  body(world: WorldState, given: JsonObject, before: StoredRecord | null): JsonObject;
  /** Fields of the answer beside href; audit fields only where it adds them. */
  render(world: WorldState, record: StoredRecord, asked: Asked): JsonObject;
  /** Refuses a write; without one, only callers without a label scope write (objects.md §2.3). */
  authorise?(world: WorldState, caller: Caller, body: JsonObject): void;
  /** Refuses a delete of what is in use or built in. */
  requireUnused?(world: WorldState, record: StoredRecord): void;
  /** What goes along with a deleted record. */
  removed?(world: WorldState, record: StoredRecord): void;
  /** The collection's filters as one test. */
  filter?(world: WorldState, query: URLSearchParams): (record: StoredRecord) => boolean;
  /** Whether the caller sees a record at all. */
  visible?(world: WorldState, caller: Caller): (record: StoredRecord) => boolean;
  /** Token and message when another record of the same parent has the name. */
  readonly nameTaken?: readonly [token: string, message: string];
}

/** Who reads, and how. */
export interface Asked {
  readonly caller: Caller;
  readonly query: URLSearchParams;
}

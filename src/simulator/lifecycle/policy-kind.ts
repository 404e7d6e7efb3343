import type { JsonObject } from '../../core/json.ts';
import type { Caller } from '../world.ts';
import type { WorldState } from '../world-state.ts';
import type { Content, PolicyObject, PolicyType, RuleRecord } from './object.ts';
import type { Edit } from './policy-store.ts';

/** What makes one versioned kind of object different from the others; everything else is the machine's. */
export interface PolicyKind {
  readonly type: PolicyType;
  /** In event names and resources: `ip_list`. */
  readonly singular: string;
  readonly ids: 'integer' | 'uuid';
  /** Name of the published schema of an answer; absent where none is published. */
  readonly schema?: string;
  readonly checkPost: (body: unknown) => JsonObject;
  readonly checkPut: (body: unknown) => JsonObject;
  /** The stored body after a create (`before` null) or update, from a checked and storable one. Throws 406 for what a schema cannot say. */
  body(world: WorldState, given: JsonObject, before: JsonObject | null): JsonObject;
  /** Rules of a rule set, from the body of a POST or PUT. */
  rules?(world: WorldState, given: JsonObject, before: readonly RuleRecord[], edit: Edit): readonly RuleRecord[];
  /** Token and message when the name is taken; absent where names may repeat. */
  readonly nameTaken?: readonly [token: string, message: string];
  /** Refusal of a delete while something refers to the object; absent where nothing can. */
  readonly referenced?: readonly [token: string, message: string];
  /** Whether this object may not be changed at all. */
  builtIn?(object: PolicyObject): boolean;
  /** Throws 403 for callers whose scope does not cover it. */
  authorise(world: WorldState, caller: Caller, body: JsonObject): void;
  /** The kind's own filters; name, description and external data are common to all. */
  filter?(world: WorldState, query: URLSearchParams): (content: Content) => boolean;
  /** Fields added at the reader's wish: `usage`, ransomware percentages. */
  extra?(world: WorldState, object: PolicyObject, query: URLSearchParams): JsonObject;
  /** What an event says of the object beside href and name. */
  eventFields?(body: JsonObject): JsonObject;
}

import type { JsonObject } from '../../core/json.ts';
import { requireGlobal } from '../auth/scope.ts';
import { fieldChanges } from '../http/audit.ts';
import type { Route } from '../http/route.ts';
import type { BodyCheck } from '../http/validate.ts';
import type { WorldState } from '../world-state.ts';

/** One settings document of an organisation or of the PCE. */
export interface SettingsDocument {
  readonly path: string;
  readonly schema: string;
  /** The event of a change, and the kind of resource in it. */
  readonly event: string;
  readonly resource: string;
  readonly check: BodyCheck<JsonObject>;
  initial(world: WorldState): JsonObject;
  /** What a change adds beside the fields it gives. */
  stamp?(world: WorldState, username: string): JsonObject;
}

/** The document as it is now. */
export const documentIn = (
  world: WorldState,
  { path, initial }: Pick<SettingsDocument, 'path' | 'initial'>,
): JsonObject => world.tables.open<JsonObject>('documents').get(path) ?? initial(world);

/** Reading a settings document and merging changes into it. */
export function documentRoutes(document: SettingsDocument): readonly Route<WorldState>[] {
  const { path, schema, event, resource, check } = document;
  return [
    {
      method: 'GET',
      path,
      access: 'read',
      schema,
      handle: ({ world }) => ({ status: 200, json: documentIn(world, document) }),
    },
    {
      method: 'PUT',
      path,
      access: 'write',
      handle({ world, caller, body, audit }) {
        requireGlobal(caller);
        const before = documentIn(world, document);
        const after = { ...before, ...check(body), ...document.stamp?.(world, caller.username) };
        world.tables.open<JsonObject>('documents').set(path, after);
        const href = path.replace(':org', String(world.orgId));
        audit(event, [
          { resource: { [resource]: { href } }, changeType: 'update', changes: fieldChanges(before, after) },
        ]);
        return { status: 204 };
      },
    },
  ];
}

import type { JsonObject } from '../../core/json.ts';

/** `before` with `given` laid over it: PUT is partial, and null unsets optional text (objects.md §0.3-4, §1.3). */
export function merged(before: JsonObject | null, given: JsonObject): JsonObject {
  const { external_data_set: dataSet, external_data_reference: reference, ...rest } = { ...before, ...given };
  return {
    ...rest,
    ...(typeof dataSet === 'string' && { external_data_set: dataSet }),
    ...(typeof reference === 'string' && { external_data_reference: reference }),
  };
}

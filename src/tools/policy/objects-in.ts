import { isObject, type JsonObject, type JsonValue } from '../../core/json.ts';

/** The objects of a list field; none where it is absent. */
export const objectsIn = (value: JsonValue | undefined): readonly JsonObject[] =>
  Array.isArray(value) ? value.filter((item: JsonValue): item is JsonObject => isObject(item)) : [];

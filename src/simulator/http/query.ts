import { inputValidation } from './validate.ts';

/** Readers of query parameters, in the ways objects.md §4.1 says the PCE takes them. Absent or empty reads as undefined. */

const TRUE = new Set(['true', 'yes', '1']);

/** `true`, `yes` and `1` are true (objects.md §1.5); anything else that is given is false. */
export function flagParam(query: URLSearchParams, name: string): boolean | undefined {
  const value = textParam(query, name);
  return value === undefined ? undefined : TRUE.has(value.toLowerCase());
}

export function textParam(query: URLSearchParams, name: string): string | undefined {
  // Some clients repeat a parameter; the last one counts (objects.md §10.6).
  const value = query.getAll(name).at(-1);
  return value === undefined || value === '' ? undefined : value;
}

export function integerParam(query: URLSearchParams, name: string): number | undefined {
  const value = textParam(query, name);
  if (value === undefined) return undefined;
  if (!/^-?\d{1,15}$/.test(value))
    throw inputValidation(
      'query_parameters',
      `The property '#/${name}' of type String did not match the following type: integer`,
    );
  return Number(value);
}

/** A JSON list of strings: `enforcement_modes=["idle","full"]`. */
export function listParam(query: URLSearchParams, name: string): readonly string[] | undefined {
  const value = jsonParam(query, name);
  if (value === undefined) return undefined;
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value;
  throw notMatching(name, 'array');
}

/** `labels`: outer list OR, inner lists AND (objects.md §4.1); a flat list is read as one AND. */
export function listOfListsParam(query: URLSearchParams, name: string): readonly (readonly string[])[] | undefined {
  const value = jsonParam(query, name);
  if (value === undefined) return undefined;
  if (!Array.isArray(value)) throw notMatching(name, 'array');
  const rows: unknown[] = value.every((item) => typeof item === 'string') ? [value] : value;
  return rows.map((row) => {
    if (Array.isArray(row) && row.every((item) => typeof item === 'string')) return row;
    throw notMatching(name, 'array');
  });
}

/** `name[gte]` and `name[lte]`, in ms. */
export function timeRangeParam(
  query: URLSearchParams,
  name: string,
): { readonly from: number; readonly to: number } | undefined {
  const from = textParam(query, `${name}[gte]`);
  const to = textParam(query, `${name}[lte]`);
  if (from === undefined && to === undefined) return undefined;
  return {
    from: from === undefined ? Number.NEGATIVE_INFINITY : timeMs(`${name}[gte]`, from),
    to: to === undefined ? Number.POSITIVE_INFINITY : timeMs(`${name}[lte]`, to),
  };
}

/** `name[gte]` and `name[lte]` as numbers. */
export function numberRangeParam(
  query: URLSearchParams,
  name: string,
): { readonly from: number; readonly to: number } | undefined {
  const from = integerParam(query, `${name}[gte]`);
  const to = integerParam(query, `${name}[lte]`);
  if (from === undefined && to === undefined) return undefined;
  return { from: from ?? Number.NEGATIVE_INFINITY, to: to ?? Number.POSITIVE_INFINITY };
}

function timeMs(name: string, value: string): number {
  const ms = Date.parse(value);
  if (Number.isNaN(ms)) throw notMatching(name, 'date-time');
  return ms;
}

function jsonParam(query: URLSearchParams, name: string): unknown {
  const value = textParam(query, name);
  if (value === undefined) return undefined;
  try {
    return JSON.parse(value);
  } catch {
    throw notMatching(name, 'array');
  }
}

const notMatching = (name: string, type: string) =>
  inputValidation(
    'query_parameters',
    `The property '#/${name}' of type String did not match the following type: ${type}`,
  );

/** A substring test that ignores case: how the PCE matches names, host names and values (objects.md §4.1). No filter matches all. */
export function partial(query: URLSearchParams, name: string): (value: string | null | undefined) => boolean {
  const wanted = textParam(query, name)?.toLowerCase();
  return wanted === undefined ? () => true : (value) => value?.toLowerCase().includes(wanted) ?? false;
}

/** Exact equality, for `external_data_set` and the like. */
export function exact(query: URLSearchParams, name: string): (value: string | null | undefined) => boolean {
  const wanted = textParam(query, name);
  return wanted === undefined ? () => true : (value) => value === wanted;
}

import type { PlannedRequest, RequestOutcome } from '../../changes/plan.ts';
import { nameOf, textOf } from '../../changes/wire.ts';
import { isObject, type JsonObject, type JsonValue } from '../../core/json.ts';
import type { ChangeRow } from '../change.ts';

/** The objects that a bulk request names, each with what became of it; null for any other request. */
export function bulkRows(
  row: ChangeRow,
  { trace, body }: PlannedRequest,
  outcome: RequestOutcome | undefined,
): readonly ChangeRow[] | null {
  if (trace.kind !== 'bulk' || !Array.isArray(body)) return null;
  return body.filter(isWire).map((item, index): ChangeRow => {
    const { href: given, ...fields } = item;
    const own = outcome?.rows?.[index];
    const href = (own === undefined ? null : textOf(own, 'href')) ?? (typeof given === 'string' ? given : null);
    const detail = own === undefined ? row.detail : textOf(own, 'message');
    return {
      step: row.step,
      request: `${row.request} [${index + 1} of ${body.length}]`,
      does: typeof given === 'string' ? row.does : `create ${nameOf(item)}`,
      diff: Object.entries(fields).map(([field, value]) => `${field}: ${JSON.stringify(value)}`),
      result: (own === undefined ? null : textOf(own, 'status')) ?? row.result,
      ...(href === null ? {} : { href }),
      ...(detail === null || detail === undefined ? {} : { detail }),
    };
  });
}

const isWire = (value: JsonValue): value is JsonObject => isObject(value);

import { isObject, type JsonObject } from '../../core/json.ts';
import { textParam } from '../http/query.ts';
import { refused } from '../http/refusals.ts';
import { inputValidation } from '../http/validate.ts';

const SEVERITIES = ['emerg', 'alert', 'crit', 'err', 'warning', 'notice', 'info', 'debug'];
const STATUSES = ['success', 'failure', 'nil'];

/** What a reader of events asked for (traffic.md §6.1). */
export interface EventFilter {
  /** Both ends included, in ms. */
  readonly fromMs: number;
  readonly toMs: number;
  /** Null when nothing but the time is asked for. */
  readonly matches: ((event: JsonObject) => boolean) | null;
}

/** The filter of a query string. Throws 406: `invalid_timestamp` for a time without a zone, `input_validation_error` for unknown words. */
export function eventFilter(query: URLSearchParams): EventFilter {
  const types = [
    ...query.getAll('event_type'),
    ...query.getAll('event_type[eq]'),
    ...query.getAll('event_type[eq][]'),
  ].filter((type) => type !== '');
  const severity = word(query, 'severity', SEVERITIES);
  const status = word(query, 'status', STATUSES);
  const creator = textParam(query, 'created_by');
  const asked = [severity, status, creator];
  return {
    fromMs: timestamp(query, 'timestamp[gte]') ?? Number.NEGATIVE_INFINITY,
    toMs: timestamp(query, 'timestamp[lte]') ?? Number.POSITIVE_INFINITY,
    matches:
      asked.every((value) => value === undefined) && types.length === 0
        ? null
        : (event) =>
            (types.length === 0 || types.some((type) => type === event['event_type'])) &&
            (severity === undefined || severity === event['severity']) &&
            (status === undefined || (status === 'nil' ? event['status'] === null : status === event['status'])) &&
            (creator === undefined || createdBy(event, creator)),
  };
}

function word(query: URLSearchParams, name: string, words: readonly string[]): string | undefined {
  const value = textParam(query, name);
  if (value === undefined || words.includes(value)) return value;
  throw inputValidation(
    'query_parameters',
    `The property '#/${name}' value ${JSON.stringify(value)} did not match one of the following values: ${words.join(', ')}`,
  );
}

function timestamp(query: URLSearchParams, name: string): number | undefined {
  const text = textParam(query, name);
  if (text === undefined) return undefined;
  // A plus sign that was not encoded arrives as a blank.
  const parts = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?)(?:(Z)|([+ -])(\d\d):?(\d\d))$/i.exec(text);
  const [, day, time, , sign, hours, minutes] = parts ?? [];
  const zone = sign === undefined ? 'Z' : `${sign === '-' ? '-' : '+'}${hours}:${minutes}`;
  const ms = Date.parse(`${day}T${time}${zone}`);
  if (Number.isNaN(ms)) throw refused('invalid_timestamp', `Invalid timestamp: {${text.slice(0, 40)}}`);
  return ms;
}

/** `created_by` is the word `system`, an href, a name, or an href object as JSON; a PCE's exact syntax is not known (traffic.md §6.1). */
function createdBy(event: JsonObject, wanted: string): boolean {
  const creator = event['created_by'];
  if (!isObject(creator)) return false;
  if (wanted === 'system') return 'system' in creator;
  const href = hrefIn(wanted);
  return Object.values(creator).some(
    (who) =>
      isObject(who) &&
      (who['href'] === href || [who['username'], who['hostname'], who['name']].some((name) => name === wanted)),
  );
}

function hrefIn(text: string): unknown {
  if (!text.startsWith('{')) return text;
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value['href'] : text;
  } catch {
    return text;
  }
}

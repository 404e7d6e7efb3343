import { MAX_VALUE_LENGTH, sanitiseText } from '../answer/sanitise.ts';
import { quoteValue } from '../core/expression.ts';
import type { Label } from '../model/inventory.ts';
import type { LabelFilter, Listing, PceView, ReadOptions } from '../pce/view.ts';
import type { Completes } from '../prompts/prompt.ts';
import { collections, type FilterValues } from '../resources/collections.ts';
import type { Caller, Dispatcher } from './call.ts';
import { promptNamed } from './prompts.ts';
import { templateOf } from './resources.ts';

/** The protocol's cap (completion, "Response Results"). */
const MAX_VALUES = 100;

export interface Completion {
  readonly values: readonly string[];
  /** Absent where not all were read. */
  readonly total?: number;
  readonly hasMore: boolean;
}

export interface CompletionQuestion {
  readonly ref: { readonly prompt: string } | { readonly template: string };
  readonly argument: { readonly name: string; readonly value: string };
}

type Values = Completes | FilterValues;

/** Where values come from, and the tool by whose right they are read. */
interface Source {
  readonly tool: string;
  read(pce: PceView, typed: string, options: ReadOptions): Promise<Read>;
}

interface Read {
  readonly values: readonly string[];
  /** False: there are more than were read. */
  readonly complete: boolean;
}

const valuesOf = <Item>({ items, complete }: Listing<Item>, value: (item: Item) => string | null): Read => ({
  values: items.flatMap((item) => value(item) ?? []),
  complete,
});

// The connection keeps what it read for half a minute and more, so that not every letter typed asks the PCE.
const labels = (filter: LabelFilter, value: (label: Label) => string): Source => ({
  tool: 'get-labels',
  read: async (pce, _typed, options) => valuesOf(await pce.labels(filter, options), value),
});

/** There may be too many workloads to read them all for this. */
const MAX_WORKLOADS = 2 * MAX_VALUES;
const workloads = (field: 'name' | 'hostname'): Source => ({
  tool: 'get-workloads',
  read: async (pce, typed, options) =>
    valuesOf(await pce.workloads({ [field]: typed }, { ...options, maxResults: MAX_WORKLOADS }), (one) => one[field]),
});

const SOURCES: Readonly<Record<Values, Source>> = {
  app: labels({ key: 'app' }, ({ value }) => value),
  env: labels({ key: 'env' }, ({ value }) => value),
  label_key: labels({}, ({ key }) => key),
  label_value: labels({}, ({ value }) => value),
  labels: labels({}, ({ key, value }) => `${key}=${quoteValue(value)}`),
  host: workloads('hostname'),
  workload: workloads('name'),
  ruleset: {
    tool: 'get-rulesets',
    read: async (pce, _typed, options) => valuesOf(await pce.ruleSets('draft', {}, options), ({ name }) => name),
  },
  iplist: {
    tool: 'get-iplists',
    read: async (pce, _typed, options) => valuesOf(await pce.ipLists('draft', {}, options), ({ name }) => name),
  },
  service: {
    tool: 'get-services',
    read: async (pce, _typed, options) => valuesOf(await pce.services('draft', {}, options), ({ name }) => name),
  },
};

/**
 * What an argument of a prompt or template may be, from the PCE: what begins with the text typed, then what contains it. Nothing where
 * nothing is known about it. Throws as the tool would that shows the same.
 */
export async function complete(
  dispatcher: Dispatcher,
  caller: Caller,
  { ref, argument }: CompletionQuestion,
  signal: AbortSignal,
): Promise<Completion> {
  const kind = 'prompt' in ref ? ofPrompt(ref.prompt, argument.name) : ofTemplate(ref.template, argument.name);
  if (kind === null) return { values: [], total: 0, hasMore: false };
  const source = SOURCES[kind];
  const pce = await dispatcher.view(caller, source.tool);
  const { values, complete: isAll } = await source.read(pce, argument.value, { signal });
  const typed = argument.value.toLowerCase();
  const fitting = [...new Set(values)]
    .filter((value) => value.toLowerCase().includes(typed) && isShowable(value))
    .sort((a, b) => rank(a, typed) - rank(b, typed) || Number(a > b) - Number(a < b));
  return {
    values: fitting.slice(0, MAX_VALUES),
    ...(isAll ? { total: fitting.length } : {}),
    hasMore: !isAll || fitting.length > MAX_VALUES,
  };
}

/** A value that the sanitiser would change does not name what it is taken from. */
const isShowable = (value: string): boolean => value !== '' && sanitiseText(value, MAX_VALUE_LENGTH) === value;

const rank = (value: string, typed: string): number => Number(!value.toLowerCase().startsWith(typed));

function ofPrompt(name: string, argument: string): Values | null {
  const { arguments: known } = promptNamed(name);
  return Object.hasOwn(known, argument) ? (known[argument]?.completes ?? null) : null;
}

function ofTemplate(template: string, argument: string): Values | null {
  const collection = collections.find((one) => templateOf(one) === template);
  return collection && Object.hasOwn(collection.filters, argument) ? (collection.filters[argument] ?? null) : null;
}

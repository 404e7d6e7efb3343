import { MAX_VALUE_LENGTH, sanitiseText } from '../answer/sanitise.ts';
import type { Principal } from '../core/authority.ts';
import { quoteValue } from '../core/expression.ts';
import type { PceView, ReadOptions } from '../pce/view.ts';
import type { Completes } from '../prompts/prompt.ts';
import { collections, type FilterValues } from '../resources/collections.ts';
import type { Dispatcher } from './call.ts';
import { promptNamed } from './prompts.ts';
import { templateOf } from './resources.ts';

/** The protocol's cap (completion, "Response Results"). */
const MAX_VALUES = 100;

export interface Completion {
  readonly values: readonly string[];
  readonly total: number;
  readonly hasMore: boolean;
}

export interface CompletionQuestion {
  readonly ref: { readonly prompt: string } | { readonly template: string };
  readonly argument: { readonly name: string; readonly value: string };
}

type Values = Completes | FilterValues;

/** The values there are, and the tool by whose right they are read. */
interface Source {
  readonly tool: string;
  values(pce: PceView, typed: string, options: ReadOptions): Promise<readonly string[]>;
}

// The connection keeps what it read for half a minute and more, so that not every letter typed asks the PCE.
const labelsOf = (key: string): Source => ({
  tool: 'get-labels',
  values: async (pce, _typed, options) => (await pce.labels({ key }, options)).items.map(({ value }) => value),
});

const SOURCES: Readonly<Record<Values, Source>> = {
  app: labelsOf('app'),
  env: labelsOf('env'),
  label_key: {
    tool: 'get-labels',
    values: async (pce, _typed, options) => (await pce.labels({}, options)).items.map(({ key }) => key),
  },
  label_value: {
    tool: 'get-labels',
    values: async (pce, _typed, options) => (await pce.labels({}, options)).items.map(({ value }) => value),
  },
  labels: {
    tool: 'get-labels',
    values: async (pce, _typed, options) =>
      (await pce.labels({}, options)).items.map(({ key, value }) => `${key}=${quoteValue(value)}`),
  },
  host: {
    tool: 'get-workloads',
    values: async (pce, typed, options) =>
      (await pce.workloads({ hostname: typed }, { ...options, maxResults: 2 * MAX_VALUES })).items.flatMap(
        ({ hostname }) => hostname ?? [],
      ),
  },
  workload: {
    tool: 'get-workloads',
    values: async (pce, typed, options) =>
      (await pce.workloads({ name: typed }, { ...options, maxResults: 2 * MAX_VALUES })).items.flatMap(
        ({ name }) => name ?? [],
      ),
  },
  ruleset: {
    tool: 'get-rulesets',
    values: async (pce, _typed, options) => (await pce.ruleSets('draft', {}, options)).items.map(({ name }) => name),
  },
  iplist: {
    tool: 'get-iplists',
    values: async (pce, _typed, options) => (await pce.ipLists('draft', {}, options)).items.map(({ name }) => name),
  },
  service: {
    tool: 'get-services',
    values: async (pce, _typed, options) => (await pce.services('draft', {}, options)).items.map(({ name }) => name),
  },
};

/**
 * What an argument of a prompt or template may be, from the PCE: what begins with the text typed, then what contains it. Nothing where
 * nothing is known about it. Throws as the tool would that shows the same.
 */
export async function complete(
  dispatcher: Dispatcher,
  principal: Principal,
  { ref, argument }: CompletionQuestion,
  signal: AbortSignal,
): Promise<Completion> {
  const kind = 'prompt' in ref ? ofPrompt(ref.prompt, argument.name) : ofTemplate(ref.template, argument.name);
  if (kind === null) return { values: [], total: 0, hasMore: false };
  const source = SOURCES[kind];
  const pce = await dispatcher.view(principal, source.tool);
  const all = await source.values(pce, argument.value, { signal });
  const typed = argument.value.toLowerCase();
  const fitting = [...new Set(all)]
    .filter((value) => value.toLowerCase().includes(typed) && isShowable(value))
    .sort((a, b) => rank(a, typed) - rank(b, typed) || Number(a > b) - Number(a < b));
  return {
    values: fitting.slice(0, MAX_VALUES),
    total: fitting.length,
    hasMore: fitting.length > MAX_VALUES,
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

import { quoteValue } from '../core/expression.ts';

/** A value as label expressions take it. */
export const quoted = quoteValue;

/** What a client may offer as values while an argument is typed. */
export type Completes = 'app' | 'env' | 'host' | 'ruleset';

export interface PromptArgument {
  readonly description: string;
  readonly required: boolean;
  readonly completes: Completes;
}

/** A call as the reader is to make it; values in <angle brackets> come from the answers before it. */
export type PromptCall = readonly [tool: string, args: Readonly<Record<string, unknown>>];

export interface Step {
  readonly say: string;
  readonly calls?: readonly PromptCall[];
  /** Without its tools the prompt is pointless, and is not offered. */
  readonly essential?: true;
}

export interface PromptText {
  readonly goal: string;
  readonly rules: readonly string[];
  readonly steps: readonly Step[];
  /** What the person gets at the end. */
  readonly report: string;
}

type Arguments = Readonly<Record<string, PromptArgument>>;

/** The values given, as their definitions promise them. */
type Given<Args extends Arguments> = {
  readonly [Name in keyof Args]: Args[Name]['required'] extends true ? string : string | undefined;
};

export interface Prompt<Args extends Arguments = Arguments> {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly arguments: Args;
  text(given: Given<Args>): PromptText;
}

/** A prompt whose values have been checked against its own definitions, which is what its types stand for. */
export interface AnyPrompt extends Omit<Prompt, 'text'> {
  text(given: Readonly<Record<string, string>>): PromptText;
}

/** Identity, for inference. */
export const definePrompt = <const Args extends Arguments>(prompt: Prompt<Args>): Prompt<Args> => prompt;

export const APPLICATION = {
  application_name: { description: 'Value of the app label', required: true, completes: 'app' },
  application_environment: { description: 'Value of the env label', required: true, completes: 'env' },
} as const satisfies Arguments;

/** `app=ordering env=prod`, quoted where needed. */
export const labelsOf = (app: string, env: string): string => termsOf(app, env).join(' ');

/** The same as separate terms, as a scope wants them. */
export const termsOf = (app: string, env: string): readonly string[] => [`app=${quoted(app)}`, `env=${quoted(env)}`];

/** Stands for the `plan_id` of the answer before. */
export const PLAN_ID = '<plan_id>';
/** Stands for the hrefs of the rulesets that the applied plan has made or changed. */
export const RULESET_HREF = '<ruleset_href>';

export const SOURCES_AND_DESTINATIONS =
  'A consumer is the source of a connection, a provider its destination. Say source and destination to the person.';
export const READ_COVERAGE =
  'Read the coverage line of each answer before you state a number; where it says CUT, follow the cursor or narrow the question.';
export const PLAN_FIRST =
  'Change nothing unseen: every change is first a plan (dry_run). Show the plan and wait for a yes before apply-plan.';
export const NAMES_ARE_EXACT =
  'Names are exact. When one is not found the error lists candidates: ask which one is meant, do not choose.';

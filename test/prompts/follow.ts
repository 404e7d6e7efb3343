import { expect } from 'vitest';
import { isObject } from '../../src/core/json.ts';
import type { Dispatcher } from '../../src/dispatch/call.ts';
import { type Called, callWith } from '../catalogue/call.ts';
import { callsIn, type WrittenCall } from './calls.ts';

export interface Followed extends WrittenCall {
  readonly answer: Called;
}

/** What stands for a value that an earlier answer gives. */
const PLACEHOLDER = /<[a-z_]+>/g;

export interface FollowOptions {
  /** What a reader would take from the answers for a placeholder, besides plans and rulesets. */
  readonly choose?: Readonly<Record<string, (done: readonly Followed[]) => readonly string[]>>;
}

/**
 * Does what a text says, call by call, as a reader would who says yes to every plan: `<plan_id>` is that of the answer before,
 * `<ruleset_href>` the rulesets that are pending now and were not before, or that the last applied plan has made. Every call must succeed.
 */
export async function follow(
  dispatcher: Dispatcher,
  text: string,
  { choose = {} }: FollowOptions = {},
): Promise<readonly Followed[]> {
  const done: Followed[] = [];
  for (const { tool, args } of callsIn(text)) {
    const given = filled(args, (placeholder) => valuesFor(placeholder, done, choose));
    const answer = await callWith(dispatcher, tool, given);
    expect(answer.isError, `${tool} ${JSON.stringify(given)}: ${answer.text}`).toBe(false);
    done.push({ tool, args: isObject(given) ? given : {}, answer });
  }
  return done;
}

function valuesFor(
  placeholder: string,
  done: readonly Followed[],
  choose: FollowOptions['choose'] = {},
): readonly string[] {
  const own = choose[placeholder];
  if (own) return own(done);
  if (placeholder === '<plan_id>') {
    const plan = done.findLast(({ answer }) => answer.structured['plan_id'] !== undefined);
    return [String(plan?.answer.structured['plan_id'])];
  }
  if (placeholder === '<ruleset_href>') {
    const [before, after] = done.filter(({ tool }) => tool === 'compare-draft-active').map(hrefsOf);
    if (before && after) return [...after].filter((href) => !before.has(href));
    const applied = done.findLast(({ tool }) => tool === 'apply-plan');
    const hrefs = [...(applied ? hrefsOf(applied) : [])];
    const ruleSets = new Set(hrefs.flatMap((href) => /^.*\/rule_sets\/[^/]+/.exec(href) ?? []));
    expect(ruleSets.size).toBeGreaterThan(0);
    return [...ruleSets];
  }
  throw new Error(`nothing stands for ${placeholder}`);
}

const hrefsOf = ({ answer }: Followed): ReadonlySet<string> =>
  new Set(answer.structured.items.map(({ href }) => String(href)));

/** `value` with every placeholder replaced; one that is an element of a list becomes as many as there are. */
function filled(value: unknown, valuesOf: (placeholder: string) => readonly string[]): unknown {
  if (typeof value === 'string') return value.replace(PLACEHOLDER, (placeholder) => valuesOf(placeholder)[0] ?? '');
  if (Array.isArray(value))
    return value.flatMap((one: unknown): readonly unknown[] =>
      typeof one === 'string' && one.replace(PLACEHOLDER, '') === '' ? valuesOf(one) : [filled(one, valuesOf)],
    );
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, filled(one, valuesOf)]));
}

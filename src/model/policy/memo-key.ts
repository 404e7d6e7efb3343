import type { Clause, CompiledRule } from './clauses.ts';
import type { FlowQuestion } from './decision.ts';

/** The names some rule asks for, numbered. Windows names compare without case. */
type Asked = ReadonlyMap<string, number>;

const UNKNOWN = -1;
const OTHER = -2;

/** A fact as the rules tell it apart: which of the names they ask for, another, or unknown. */
const told = (name: string | undefined, asked: Asked): number =>
  name === undefined ? UNKNOWN : (asked.get(name.toLowerCase()) ?? OTHER);

/**
 * Makes the text under which a pair's answer is kept: equal for questions that no rule of the policy can tell apart. Flow records carry
 * thousands of process names, and rules ask for a few.
 */
export function memoKeyOf(
  rules: readonly CompiledRule[],
  clauses: readonly Clause[],
): (question: FlowQuestion) => string {
  const entries = [...new Set(clauses.map((clause) => clause.services))].flat();
  const names = (pick: (entry: (typeof entries)[number]) => string | null): Asked => {
    const asked = new Set(entries.map((entry) => pick(entry)?.toLowerCase()).filter((name) => name !== undefined));
    return new Map([...asked].map((name, index) => [name, index]));
  };
  const processes = names((entry) => entry.process);
  const windowsServices = names((entry) => entry.windowsService);
  const asksUsers = rules.some((rule) => rule.users !== null);

  return ({ proto, port, icmpType, icmpCode, process, windowsService, userGroups, network }) => {
    let key = `${proto}/${port ?? ''}/${network ?? ''}`;
    if (icmpType !== undefined || icmpCode !== undefined) key += `/${icmpType}/${icmpCode}`;
    if (processes.size + windowsServices.size > 0)
      key += `|${told(process, processes)}|${told(windowsService, windowsServices)}`;
    if (asksUsers) key += `|${userGroups?.join(' ') ?? UNKNOWN}`;
    return key;
  };
}

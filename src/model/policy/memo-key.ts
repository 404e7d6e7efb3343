import type { Clause, CompiledRule } from './clauses.ts';
import type { FlowQuestion } from './decision.ts';

/** The names some rule asks for, numbered. Windows names compare without case. */
type Asked = ReadonlyMap<string, number>;

const UNKNOWN = -1;
const OTHER = -2;

/** A fact as the rules tell it apart: which of the names they ask for, another, or unknown. */
const told = (name: string | undefined, asked: Asked): number =>
  name === undefined ? UNKNOWN : (asked.get(name.toLowerCase()) ?? OTHER);

const PORTS = 65_536;
const PROTOCOLS = 256;
/** Numbers of services that network, protocol and port say whole; a place of its own for "no port". */
const PLAIN = 2 * PROTOCOLS * (PORTS + 1);

const isBelow = (value: number, limit: number): boolean => Number.isInteger(value) && value >= 0 && value < limit;

function plainNumber({ proto, port, network }: FlowQuestion): number | null {
  if (!isBelow(proto, PROTOCOLS) || (port !== undefined && !isBelow(port, PORTS))) return null;
  const place = network === 'non_brn' ? 1 : 0;
  return (place * PROTOCOLS + proto) * (PORTS + 1) + (port ?? PORTS);
}

/**
 * Numbers what a question asks besides its ends: equal for questions that no rule of the policy can tell apart. Flow records carry
 * thousands of process names, and rules ask for a few.
 */
export function memoKeyOf(
  rules: readonly CompiledRule[],
  clauses: readonly Clause[],
): (question: FlowQuestion) => number {
  const entries = [...new Set(clauses.map((clause) => clause.services))].flat();
  const names = (pick: (entry: (typeof entries)[number]) => string | null): Asked => {
    const asked = new Set(entries.map((entry) => pick(entry)?.toLowerCase()).filter((name) => name !== undefined));
    return new Map([...asked].map((name, index) => [name, index]));
  };
  const processes = names((entry) => entry.process);
  const windowsServices = names((entry) => entry.windowsService);
  const asksNames = processes.size + windowsServices.size > 0;
  const asksUsers = rules.some((rule) => rule.users !== null);
  const others = new Map<string, number>();

  return (question) => {
    const { proto, port, icmpType, icmpCode, process, windowsService, userGroups, network } = question;
    const isPlain = icmpType === undefined && icmpCode === undefined && !asksNames && !asksUsers;
    const plain = isPlain ? plainNumber(question) : null;
    if (plain !== null) return plain;
    let key = `${proto}/${port ?? ''}/${network ?? ''}/${icmpType ?? ''}/${icmpCode ?? ''}`;
    if (asksNames) key += `|${told(process, processes)}|${told(windowsService, windowsServices)}`;
    if (asksUsers) key += `|${userGroups?.join(' ') ?? UNKNOWN}`;
    const number = others.get(key) ?? PLAIN + others.size;
    others.set(key, number);
    return number;
  };
}

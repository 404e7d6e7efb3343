import { isIP } from 'node:net';
import { Failure } from './errors.ts';
import { type Href, isHref } from './href.ts';

/**
 * The label-expression grammar, accepted wherever a label, an actor or a list item is meant. Terms stand side by side (all must hold):
 *
 *   key=v1|v2   key!=v1|v2   group:NAME   iplist:NAME   workload:NAME   10.0.0.1   10.0.0.0/8   *.example.com   /orgs/1/labels/7   ams   any
 *
 * A name or value with blanks, `|` or quotes is put in double quotes, where `\"` and `\\` stand for `"` and `\`.
 */
export interface Expression {
  readonly terms: readonly Term[];
}

export type Term =
  | { readonly kind: 'label'; readonly key: string; readonly negated: boolean; readonly values: readonly string[] }
  | { readonly kind: 'group' | 'iplist' | 'workload'; readonly name: string }
  | { readonly kind: 'address'; readonly address: string }
  | { readonly kind: 'fqdn'; readonly fqdn: string }
  | { readonly kind: 'href'; readonly href: Href }
  | { readonly kind: 'ams' }
  | { readonly kind: 'any' };

const MAX_LENGTH = 10_000;
const NAMED = ['group', 'iplist', 'workload'] as const;

/** Throws `invalid_expression` that points at the column (from 1) and shows a correct example; never anything else. */
export function parseExpression(source: string): Expression {
  if (source.length > MAX_LENGTH)
    throw invalid(source, MAX_LENGTH, `The expression is longer than ${MAX_LENGTH} characters.`);
  const terms: Term[] = [];
  let at = skipBlanks(source, 0);
  while (at < source.length) {
    const { term, end } = readTerm(source, at);
    refuseSecond(source, at, terms, term);
    terms.push(term);
    if (end < source.length && !isBlank(source[end]))
      throw invalid(source, end, 'A blank is expected between two terms.');
    at = skipBlanks(source, end);
  }
  if (terms.length === 0) throw invalid(source, 0, 'The expression is empty.');
  return { terms };
}

interface Read<T> {
  readonly term: T;
  readonly end: number;
}

function readTerm(source: string, at: number): Read<Term> {
  const named = NAMED.find((kind) => source.startsWith(`${kind}:`, at));
  if (named !== undefined) {
    const { term: name, end } = readValue(source, at + named.length + 1, `a name after ${named}:`);
    if (source[end] === '|')
      throw invalid(source, end, `Only one name may follow ${named}: (quote a name that holds a |).`);
    return { term: { kind: named, name }, end };
  }
  const operator = findOperator(source, at);
  return operator === undefined ? readWord(source, at) : readLabel(source, at, operator);
}

interface Operator {
  readonly from: number;
  readonly negated: boolean;
}

/** The first `=` or `!=` before a blank, outside of quotes. A word that starts with `/` is an href whatever follows. */
function findOperator(source: string, at: number): Operator | undefined {
  if (source[at] === '/') return undefined;
  let from = source[at] === '"' ? closingQuote(source, at) + 1 : at;
  while (from < source.length && !isBlank(source[from]) && source[from] !== '=') from++;
  if (source[from] !== '=') return undefined;
  return source[from - 1] === '!' ? { from: from - 1, negated: true } : { from, negated: false };
}

function readLabel(source: string, at: number, { from, negated }: Operator): Read<Term> {
  const key = readKey(source, at, from);
  const values: string[] = [];
  let end = from + (negated ? 2 : 1);
  for (;;) {
    const value = readValue(source, end, `a value after ${key}${negated ? '!=' : '='}`);
    if (!values.includes(value.term)) values.push(value.term);
    end = value.end;
    if (source[end] !== '|') return { term: { kind: 'label', key, negated, values }, end };
    end++;
  }
}

function readKey(source: string, at: number, end: number): string {
  if (source[at] === '"') {
    const quoted = readValue(source, at, 'a label key');
    if (quoted.end !== end) throw invalid(source, quoted.end, 'Only = or != may follow a label key.');
    return quoted.term;
  }
  const key = source.slice(at, end);
  if (key === '') throw invalid(source, at, 'A label key is expected before the =.');
  const odd = /["|!]/.exec(key);
  if (odd !== null) throw invalid(source, at + odd.index, `A label key cannot hold ${odd[0]}.`);
  return key;
}

/** A value or name: in quotes, or up to the next blank, `|` or quote. */
function readValue(source: string, at: number, expected: string): Read<string> {
  if (source[at] === '"') {
    const close = closingQuote(source, at);
    const term = source.slice(at + 1, close).replace(/\\(["\\])/g, '$1');
    if (term.trim() === '') throw invalid(source, at, `Expected ${expected}, found empty quotes.`);
    return { term, end: close + 1 };
  }
  let end = at;
  while (end < source.length && !isBlank(source[end]) && source[end] !== '|' && source[end] !== '"') end++;
  if (end === at) throw invalid(source, at, `Expected ${expected}.`);
  return { term: source.slice(at, end), end };
}

function closingQuote(source: string, open: number): number {
  for (let at = open + 1; at < source.length; at++) {
    if (source[at] === '\\') at++;
    else if (source[at] === '"') return at;
  }
  throw invalid(source, open, 'The quote is not closed.');
}

const FQDN =
  /^(?:[A-Za-z0-9_*](?:[A-Za-z0-9_*-]*[A-Za-z0-9_*])?\.)+(?=[A-Za-z0-9-]*[A-Za-z])[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?$/;
const MAX_FQDN_LENGTH = 253;

function readWord(source: string, at: number): Read<Term> {
  let end = at;
  while (end < source.length && !isBlank(source[end])) end++;
  const word = source.slice(at, end);
  const lower = word.toLowerCase();
  if (lower === 'ams' || lower === 'any') return { term: { kind: lower }, end };
  if (word.startsWith('/')) {
    const bare = word.startsWith('/api/v2/') ? word.slice('/api/v2'.length) : word;
    if (!isHref(bare)) throw invalid(source, at, 'This is not a valid href.');
    return { term: { kind: 'href', href: bare }, end };
  }
  if (isAddress(word)) return { term: { kind: 'address', address: word }, end };
  if (word.length <= MAX_FQDN_LENGTH && FQDN.test(word)) return { term: { kind: 'fqdn', fqdn: lower }, end };
  throw invalid(source, at, `This is not a term: ${clip(word)}.`);
}

function isAddress(word: string): boolean {
  const [address = '', bits, ...more] = word.split('/');
  const version = address.includes('%') ? 0 : isIP(address);
  if (version === 0 || more.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128));
}

/** Nothing carries two labels of one key: an answer would always be empty, which nobody means. */
function refuseSecond(source: string, at: number, terms: readonly Term[], term: Term): void {
  if (term.kind !== 'label' || term.negated) return;
  if (terms.some((other) => other.kind === 'label' && !other.negated && other.key === term.key))
    throw invalid(source, at, `${clip(term.key)} stands here twice; write ${clip(term.key)}=one|other for either.`);
}

const isBlank = (character: string | undefined): boolean => character !== undefined && /\s/.test(character);

function skipBlanks(source: string, from: number): number {
  let at = from;
  while (isBlank(source[at])) at++;
  return at;
}

const clip = (text: string): string => (text.length > 40 ? `${text.slice(0, 40)}…` : text);

function invalid(source: string, at: number, message: string): Failure {
  return new Failure('invalid_expression', {
    message: `${message} (column ${at + 1})`,
    data: {
      expression: source.slice(0, 200),
      column: at + 1,
      example: 'app="Point of Sale" env=prod|staging role!=db',
    },
  });
}

/** The expression in its plainest spelling; reading it back gives the same. */
export const printExpression = ({ terms }: Expression): string => terms.map(printTerm).join(' ');

export function printTerm(term: Term): string {
  switch (term.kind) {
    case 'label':
      return `${printKey(term.key)}${term.negated ? '!=' : '='}${term.values.map(printValue).join('|')}`;
    case 'group':
    case 'iplist':
    case 'workload':
      return `${term.kind}:${printValue(term.name)}`;
    case 'address':
      return term.address;
    case 'fqdn':
      return term.fqdn;
    case 'href':
      return term.href;
    default:
      return term.kind;
  }
}

const quoted = (text: string): string => `"${text.replace(/["\\]/g, '\\$&')}"`;
const printValue = (value: string): string => (/^[^\s"|]+$/.test(value) ? value : quoted(value));
/** A key that would read as something else without quotes gets them. */
const printKey = (key: string): string =>
  /^[^\s"|!=/]+$/.test(key) && !NAMED.some((kind) => key.startsWith(`${kind}:`)) ? key : quoted(key);

/** A value as it is written in an expression, quoted where needed. */
export const quoteValue = printValue;

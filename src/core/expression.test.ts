import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Failure } from './errors.ts';
import { parseExpression, printExpression, type Term } from './expression.ts';

const parse = (source: string): readonly Term[] => parseExpression(source).terms;

function failure(source: string): Failure {
  try {
    parseExpression(source);
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
  throw new Error(`expected a failure for: ${source}`);
}

describe('label expressions', () => {
  it('reads every kind of term', () => {
    expect(
      parse(
        'app="Point of Sale" env=prod|staging role!=db group:"US Sites" iplist:Corp workload:web01 10.0.0.1 2001:db8::/32 *.example.com /orgs/1/labels/7 /api/v2/orgs/1/labels/8 ams any',
      ),
    ).toEqual([
      { kind: 'label', key: 'app', negated: false, values: ['Point of Sale'] },
      { kind: 'label', key: 'env', negated: false, values: ['prod', 'staging'] },
      { kind: 'label', key: 'role', negated: true, values: ['db'] },
      { kind: 'group', name: 'US Sites' },
      { kind: 'iplist', name: 'Corp' },
      { kind: 'workload', name: 'web01' },
      { kind: 'address', address: '10.0.0.1' },
      { kind: 'address', address: '2001:db8::/32' },
      { kind: 'fqdn', fqdn: '*.example.com' },
      { kind: 'href', href: '/orgs/1/labels/7' },
      { kind: 'href', href: '/orgs/1/labels/8' },
      { kind: 'ams' },
      { kind: 'any' },
    ]);
  });

  it('keeps = and : in values, and quotes escape themselves', () => {
    expect(parse(String.raw`app=a=b tier=x:y loc="a|b" os="say \"hi\" \\"`)).toEqual([
      { kind: 'label', key: 'app', negated: false, values: ['a=b'] },
      { kind: 'label', key: 'tier', negated: false, values: ['x:y'] },
      { kind: 'label', key: 'loc', negated: false, values: ['a|b'] },
      { kind: 'label', key: 'os', negated: false, values: [String.raw`say "hi" \ `.trimEnd()] },
    ]);
  });

  it.each([
    ['', 1],
    ['app=', 5],
    ['app=a||b', 7],
    ['=x', 1],
    ['app="open', 5],
    ['app="" env=x', 5],
    ['env=prod ordering', 10],
    ['10.0.0.1-10.0.0.9', 1],
    ['10.0.0.0/33', 1],
    ['/orgs/../labels/1', 1],
    ['app="a"b', 8],
    ['group:a|b', 8],
    ['app=a app=b', 7],
  ])('points at what is wrong in %j', (source, column) => {
    const { code, data } = failure(source);
    expect(code).toBe('invalid_expression');
    expect(data.column).toBe(column);
    expect(() => parseExpression(String(data.example))).not.toThrow();
  });

  it('throws nothing but invalid_expression, whatever comes in', () => {
    const pieces = fc.constantFrom(
      'app',
      '=',
      '!=',
      '|',
      '"',
      '\\',
      ' ',
      'group:',
      '/',
      '10.0.0.1',
      '.',
      'any',
      '\n',
      ':',
      '\u{1f600}',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.array(pieces).map((parts) => parts.join('')),
        ),
        (source) => {
          try {
            parseExpression(source);
          } catch (error) {
            expect(error).toBeInstanceOf(Failure);
            expect((error as Failure).code).toBe('invalid_expression');
          }
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('reads back what it prints', () => {
    const word = fc.string({ minLength: 1, maxLength: 12, unit: 'grapheme' }).filter((value) => value.trim() !== '');
    const term: fc.Arbitrary<Term> = fc.oneof(
      fc.record({
        kind: fc.constant('label' as const),
        key: word,
        negated: fc.boolean(),
        values: fc.uniqueArray(word, { minLength: 1, maxLength: 3 }),
      }),
      fc.record({ kind: fc.constantFrom('group' as const, 'iplist' as const, 'workload' as const), name: word }),
      fc.ipV4().map((address): Term => ({ kind: 'address', address })),
      fc.ipV6().map((address): Term => ({ kind: 'address', address })),
      fc.constantFrom<Term>({ kind: 'ams' }, { kind: 'any' }, { kind: 'fqdn', fqdn: '*.example.com' }),
    );
    const terms = fc.uniqueArray(term, {
      minLength: 1,
      maxLength: 5,
      selector: (candidate) => (candidate.kind === 'label' ? `label ${candidate.key}` : JSON.stringify(candidate)),
    });
    fc.assert(
      fc.property(terms, (expected) => {
        const printed = printExpression({ terms: expected });
        expect(parse(printed)).toEqual(expected);
        expect(printExpression(parseExpression(printed))).toBe(printed);
      }),
      { numRuns: 1_000 },
    );
  });
});

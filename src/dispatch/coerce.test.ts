import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { coerce } from './coerce.ts';

const SCHEMA = {
  type: 'object',
  properties: {
    number: { type: 'number' },
    integer: { type: 'integer' },
    flag: { type: 'boolean' },
    text: { type: 'string' },
    list: { type: 'array', items: { type: 'integer' } },
    object: { type: 'object', properties: { flag: { type: 'boolean' } } },
  },
};

describe('coerce', () => {
  it('reads a number only from what it prints as, so nothing is lost', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.double().map(String), fc.integer().map(String)), (text) => {
        const { value } = coerce({ number: text }, SCHEMA);
        const number: unknown = Reflect.get(Object(value), 'number');
        expect(typeof number === 'number' ? String(number) : number).toBe(
          typeof number === 'number' ? text.trim() : text,
        );
      }),
    );
  });

  it('is a fixed point: what was coerced is not coerced again', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...Object.keys(SCHEMA.properties)), fc.jsonValue()), (args) => {
        const once = coerce(args, SCHEMA).value;
        expect(coerce(once, SCHEMA)).toEqual({ value: once, notes: [] });
      }),
    );
  });

  it('leaves what fits alone, without a note', () => {
    const args = { number: 1.5, integer: 2, flag: false, text: '7', list: [1], object: { flag: true } };
    expect(coerce(args, SCHEMA)).toEqual({ value: args, notes: [] });
  });

  it('shows what it read, shortened', () => {
    const { notes } = coerce(
      { list: '7', object: { flag: 'true' }, text: Array.from({ length: 100 }, () => 1) },
      SCHEMA,
    );
    expect(notes).toEqual([
      'list: read "7" as ["7"].',
      'list[0]: read "7" as 7.',
      'object.flag: read "true" as true.',
      expect.stringMatching(/^text: read .{60}… as .{60}…\.$/),
    ]);
  });
});

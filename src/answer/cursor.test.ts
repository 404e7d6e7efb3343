import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { href } from '../core/href.ts';
import { canonicalJson } from './canonical.ts';
import { callOf, type CursorCall, type CursorSeal, openCursor, randomCursorKey, rowKey, sealCursor } from './cursor.ts';

const NOW = Date.parse('2026-11-22T00:00:00Z');
const key = randomCursorKey();
const seal: CursorSeal = { keys: [key], clock: { now: () => NOW } };
const call: CursorCall = {
  principal: { issuer: 'https://idp.example', subject: 'alice' },
  tool: 'get-workloads',
  args: { labels: 'app=ordering', max_results: 50 },
};
const position = { offset: 50, lastKey: rowKey({ href: '/orgs/1/workloads/a' }) };
const cursor = sealCursor(call, position, seal);
const invalid = expect.objectContaining({ code: 'invalid_cursor' });

test('a cursor leads back to its place, with the query when there is one', () => {
  expect(openCursor(cursor, call, seal)).toEqual(position);
  const queries = [{ question: 'q', query: href('/orgs/1/traffic_flows/async_queries/9f') }];
  const withQuery = { ...position, lastKey: null, queries };
  expect(openCursor(sealCursor(call, withQuery, seal), call, seal)).toEqual(withQuery);
});

test('the order in which arguments are written does not matter, nor members that are not there', () => {
  const same = { ...call, args: { max_results: 50, labels: 'app=ordering', name: undefined } };
  expect(openCursor(cursor, same, seal)).toEqual(position);
});

test.each<[string, CursorCall]>([
  ['another person', { ...call, principal: { ...call.principal, subject: 'bob' } }],
  ['the same name at another issuer', { ...call, principal: { ...call.principal, issuer: 'https://other.example' } }],
  ['another tool', { ...call, tool: 'get-labels' }],
  ['other arguments', { ...call, args: { ...(call.args as object), labels: 'app=payment' } }],
  ['more arguments', { ...call, args: { ...(call.args as object), online: true } }],
])('%s cannot use it', (_, other) => {
  expect(() => openCursor(cursor, other, seal)).toThrow(invalid);
});

test('a change of any bit makes it invalid', () => {
  const bytes = Buffer.from(cursor, 'latin1');
  for (let at = 0; at < bytes.length; at += 1)
    for (let bit = 0; bit < 8; bit += 1) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ (1 << bit);
      expect(() => openCursor(changed.toString('latin1'), call, seal)).toThrow(invalid);
    }
});

test('no other text is a cursor', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.base64String().map((text) => `${key.id}.${text}`),
      ),
      (text) => {
        expect(() => openCursor(text, call, seal)).toThrow(invalid);
      },
    ),
  );
  for (const text of ['', '.', `${key.id}.`, cursor.slice(0, -1), `${cursor}A`, `${cursor}=`, ` ${cursor}`])
    expect(() => openCursor(text, call, seal)).toThrow(invalid);
});

test('it tells its own person which call it goes on with, as long as the arguments are short', () => {
  const { principal, tool, args } = call;
  expect(callOf(cursor, principal, seal)).toEqual({ tool, args });
  expect(() => callOf(cursor, { ...principal, subject: 'bob' }, seal)).toThrow(invalid);
  expect(() => callOf(cursor, principal, { ...seal, clock: { now: () => NOW + 86_400_000 } })).toThrow(
    expect.objectContaining({ code: 'expired_cursor' }),
  );
  const long = { ...call, args: { labels: 'x'.repeat(300) } };
  const other = sealCursor(long, position, seal);
  expect(callOf(other, principal, seal)).toEqual({ tool, args: null });
  expect(openCursor(other, long, seal)).toEqual(position);
  expect(() => openCursor(other, call, seal)).toThrow(invalid);
});

test('it says nothing to who holds it', () => {
  const raw = Buffer.from(cursor.split('.')[1] ?? '', 'base64url').toString('latin1');
  for (const secret of ['alice', 'get-workloads', 'ordering']) expect(raw).not.toContain(secret);
  expect(sealCursor(call, position, seal)).not.toBe(cursor);
});

test('it expires, to the second', () => {
  const at = (ms: number): CursorSeal => ({ ...seal, clock: { now: () => NOW + ms } });
  expect(openCursor(cursor, call, at(86_399_999))).toEqual(position);
  expect(() => openCursor(cursor, call, at(86_400_000))).toThrow(expect.objectContaining({ code: 'expired_cursor' }));
});

test('after a key rotation old cursors open until the old key goes', () => {
  const fresh = randomCursorKey();
  const rotated: CursorSeal = { ...seal, keys: [fresh, key] };
  expect(openCursor(cursor, call, rotated)).toEqual(position);
  expect(sealCursor(call, position, rotated).startsWith(`${fresh.id}.`)).toBe(true);
  expect(() => openCursor(cursor, call, { ...seal, keys: [fresh] })).toThrow(invalid);
  // The same id with another key is another key.
  expect(() => openCursor(cursor, call, { ...seal, keys: [{ id: key.id, key: fresh.key }] })).toThrow(invalid);
});

test('canonical JSON is JSON, and the same for equal values', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const reversed = (child: unknown): unknown =>
        Array.isArray(child)
          ? child.map(reversed)
          : typeof child === 'object' && child !== null
            ? Object.fromEntries(
                Object.entries(child)
                  .reverse()
                  .map(([name, one]) => [name, reversed(one)]),
              )
            : child;
      expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
      expect(canonicalJson(reversed(value))).toBe(canonicalJson(value));
    }),
  );
});

import { Failure } from '../core/errors.ts';
import { isHref } from '../core/href.ts';
import { isObject } from '../core/json.ts';
import type { PendingQuery } from './answer.ts';
import { canonicalJson, digestOf } from './canonical.ts';
import { type CursorSeal, openText, type Owner, sealText } from './seal.ts';

export { type CursorKey, type CursorSeal, randomCursorKey } from './seal.ts';

/** Whose call a cursor belongs to. `args` are the arguments as checked, without `cursor` itself. */
export interface CursorCall {
  readonly principal: Owner;
  readonly tool: string;
  readonly args: unknown;
}

/** Where to go on: rows already shown, the key of the last one, and the PCE's own queries that are to be waited for. */
export interface CursorPosition {
  readonly offset: number;
  readonly lastKey: string | null;
  readonly queries?: readonly PendingQuery[] | undefined;
  /** The moment the first call stood for: "the last 30 days" means the same days on every page. */
  readonly asOfMs?: number | undefined;
}

/** A cursor that is also the address of a file has to say by itself what is in it. */
export const CARRIED_BY_ADDRESS = 2_000;

const DAY_MS = 86_400_000;
/** Arguments up to here, as canonical JSON, travel in the cursor, so that it says by itself which call it goes on with. */
const MAX_CARRIED = 300;
const MAX_CURSOR = 4_000;
/** Queries of one call that travel in its cursor; what others it waited for is asked anew. */
const MAX_QUERIES = 4;

/** A cursor that only the same principal can use, for the same tool with the same arguments, until it expires. */
export function sealCursor(
  { principal, tool, args }: CursorCall,
  { offset, lastKey, queries = [], asOfMs }: CursorPosition,
  { keys, clock, lifeMs = DAY_MS }: CursorSeal,
  maxCarried = MAX_CARRIED,
): string {
  const expires = Math.ceil((clock.now() + lifeMs) / 1000);
  const carried = isObject(args) && canonicalJson(args).length <= maxCarried ? args : digestOf(args);
  const pending = queries.slice(0, MAX_QUERIES).map(({ question, query }) => [question, query]);
  const plain = JSON.stringify([tool, carried, offset, expires, lastKey, pending, asOfMs ?? null]);
  return sealText(Buffer.from(plain), principal, keys);
}

function decrypt(cursor: string, principal: Owner, keys: CursorSeal['keys']): unknown {
  const plain = openText(cursor, principal, keys, { maxLength: MAX_CURSOR });
  try {
    return plain === undefined ? undefined : JSON.parse(plain.toString('utf8'));
  } catch {
    return undefined;
  }
}

/** The queries of a list that was sealed here. */
export function queriesOf(pending: unknown): readonly PendingQuery[] {
  if (!Array.isArray(pending)) return [];
  return pending.flatMap((pair: unknown) => {
    const [question, query]: readonly unknown[] = Array.isArray(pair) ? pair : [];
    return typeof question === 'string' && typeof query === 'string' && isHref(query) ? [{ question, query }] : [];
  });
}

/**
 * Where `cursor` points to. Throws `invalid_cursor` for anything but an untouched cursor of this very call, `expired_cursor` for an
 * old one.
 */
export function openCursor(cursor: string, call: CursorCall, seal: CursorSeal): CursorPosition {
  const { tool, carried, position } = unseal(cursor, call.principal, seal);
  const digest = typeof carried === 'string' ? carried : digestOf(carried);
  if (tool !== call.tool || digest !== digestOf(call.args)) throw new Failure('invalid_cursor');
  return position();
}

/**
 * The call that a cursor of `principal` goes on with, without the cursor itself; `args` is null where they were too long to travel with
 * it. Throws as `openCursor` does.
 */
export function callOf(
  cursor: string,
  principal: Owner,
  seal: CursorSeal,
): { readonly tool: string; readonly args: Readonly<Record<string, unknown>> | null } {
  const { tool, carried, position } = unseal(cursor, principal, seal);
  position();
  return { tool, args: isObject(carried) ? carried : null };
}

interface Unsealed {
  readonly tool: string;
  /** The arguments, or their digest. */
  readonly carried: Readonly<Record<string, unknown>> | string;
  /** Throws `expired_cursor`: told only to who asks for the same call. */
  readonly position: () => CursorPosition;
}

function unseal(cursor: string, principal: Owner, { keys, clock }: CursorSeal): Unsealed {
  const plain = decrypt(cursor, principal, keys);
  if (!Array.isArray(plain)) throw new Failure('invalid_cursor');
  const [tool, carried, offset, expires, lastKey, pending, asOfMs] = plain as readonly unknown[];
  if (typeof tool !== 'string' || !(typeof carried === 'string' || isObject(carried)))
    throw new Failure('invalid_cursor');
  if (typeof offset !== 'number' || typeof expires !== 'number') throw new Failure('invalid_cursor');
  return {
    tool,
    carried,
    position() {
      if (expires * 1000 <= clock.now()) throw new Failure('expired_cursor');
      const queries = queriesOf(pending);
      return {
        offset,
        lastKey: typeof lastKey === 'string' ? lastKey : null,
        ...(queries.length === 0 ? {} : { queries }),
        ...(typeof asOfMs === 'number' ? { asOfMs } : {}),
      };
    },
  };
}

/** The key of a row in a cursor: a digest of its href, else of all of it. */
export const rowKey = (item: unknown): string =>
  digestOf(isObject(item) && typeof item['href'] === 'string' ? item['href'] : item);

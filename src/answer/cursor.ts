import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { Clock } from '../core/clock.ts';
import { Failure } from '../core/errors.ts';
import { type Href, isHref } from '../core/href.ts';
import { isObject } from '../core/json.ts';
import { canonicalJson, digestOf } from './canonical.ts';

/** Whose call a cursor belongs to. `args` are the arguments as checked, without `cursor` itself. */
export interface CursorCall {
  readonly principal: { readonly issuer: string; readonly subject: string };
  readonly tool: string;
  readonly args: unknown;
}

/** Where to go on: rows already shown, the key of the last one, and the PCE's own query when its result is to be read again. */
export interface CursorPosition {
  readonly offset: number;
  readonly lastKey: string | null;
  readonly queryHref?: Href | undefined;
  /** The moment the first call stood for: "the last 30 days" means the same days on every page. */
  readonly asOfMs?: number | undefined;
}

export interface CursorKey {
  /** Up to 16 letters, digits, `_` or `-`. */
  readonly id: string;
  /** 32 bytes. */
  readonly key: Uint8Array;
}

export interface CursorSeal {
  /** The first key seals; all of them open, so that keys can be rotated. */
  readonly keys: readonly [CursorKey, ...CursorKey[]];
  readonly clock: Clock;
  /** A day unless told: as long as the PCE keeps a result (traffic.md §2.10). */
  readonly lifeMs?: number | undefined;
}

const DAY_MS = 86_400_000;
const IV_BYTES = 12;
const TAG_BYTES = 16;
/** Arguments up to here, as canonical JSON, travel in the cursor, so that it says by itself which call it goes on with. */
const MAX_CARRIED = 300;
const SHAPE = /^([A-Za-z0-9_-]{1,16})\.([A-Za-z0-9_-]{40,2000})$/;

/** A key for one process: cursors end with it, which is right on stdio and wrong behind a load balancer. */
export const randomCursorKey = (): CursorKey => ({ id: randomBytes(3).toString('hex'), key: randomBytes(32) });

// The principal is associated data: another person's cursor does not even decrypt and looks like garbage (attacks 17, 18, 33).
const boundTo = ({ issuer, subject }: CursorCall['principal']): Buffer =>
  Buffer.from(JSON.stringify([issuer, subject]));

/** A cursor that only the same principal can use, for the same tool with the same arguments, until it expires. */
export function sealCursor(
  { principal, tool, args }: CursorCall,
  { offset, lastKey, queryHref, asOfMs }: CursorPosition,
  { keys, clock, lifeMs = DAY_MS }: CursorSeal,
): string {
  const [{ id, key }] = keys;
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, iv);
  cipher.setAAD(boundTo(principal));
  const expires = Math.ceil((clock.now() + lifeMs) / 1000);
  const carried = isObject(args) && canonicalJson(args).length <= MAX_CARRIED ? args : digestOf(args);
  const plain = JSON.stringify([tool, carried, offset, expires, lastKey, queryHref ?? null, asOfMs ?? null]);
  const sealed = Buffer.concat([iv, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
  return `${id}.${sealed.toString('base64url')}`;
}

function decrypt(cursor: string, principal: CursorCall['principal'], keys: readonly CursorKey[]): unknown {
  const [, id, body = ''] = SHAPE.exec(cursor) ?? [];
  const key = keys.find((candidate) => candidate.id === id);
  const sealed = Buffer.from(body, 'base64url');
  // Base64url has spare bits at its end: only the canonical spelling is a cursor of ours (attack 13).
  if (key === undefined || sealed.toString('base64url') !== body) return undefined;
  try {
    const decipher = createDecipheriv('aes-256-gcm', key.key, sealed.subarray(0, IV_BYTES), {
      authTagLength: TAG_BYTES,
    });
    decipher.setAAD(boundTo(principal));
    decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
    const plain = Buffer.concat([decipher.update(sealed.subarray(IV_BYTES, -TAG_BYTES)), decipher.final()]);
    return JSON.parse(plain.toString('utf8'));
  } catch {
    return undefined;
  }
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
  principal: CursorCall['principal'],
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

function unseal(cursor: string, principal: CursorCall['principal'], { keys, clock }: CursorSeal): Unsealed {
  const plain = decrypt(cursor, principal, keys);
  if (!Array.isArray(plain)) throw new Failure('invalid_cursor');
  const [tool, carried, offset, expires, lastKey, queryHref, asOfMs] = plain as readonly unknown[];
  if (typeof tool !== 'string' || !(typeof carried === 'string' || isObject(carried)))
    throw new Failure('invalid_cursor');
  if (typeof offset !== 'number' || typeof expires !== 'number') throw new Failure('invalid_cursor');
  return {
    tool,
    carried,
    position() {
      if (expires * 1000 <= clock.now()) throw new Failure('expired_cursor');
      return {
        offset,
        lastKey: typeof lastKey === 'string' ? lastKey : null,
        ...(typeof queryHref === 'string' && isHref(queryHref) ? { queryHref } : {}),
        ...(typeof asOfMs === 'number' ? { asOfMs } : {}),
      };
    },
  };
}

/** The key of a row in a cursor: a digest of its href, else of all of it. */
export const rowKey = (item: unknown): string =>
  digestOf(isObject(item) && typeof item['href'] === 'string' ? item['href'] : item);

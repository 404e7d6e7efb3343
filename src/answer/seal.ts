import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { Clock } from '../core/clock.ts';

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

/** Whom a handle belongs to. */
export interface Owner {
  readonly issuer: string;
  readonly subject: string;
}

const IV_BYTES = 12;
const TAG_BYTES = 16;
const MIN_BODY = 40;
const SHAPE = /^([A-Za-z0-9_-]{1,16})\.([A-Za-z0-9_-]+)$/;

/** A key for one process: handles end with it, which is right on stdio and wrong behind a load balancer. */
export const randomCursorKey = (): CursorKey => ({ id: randomBytes(3).toString('hex'), key: randomBytes(32) });

// Owner and purpose are associated data: another person's handle does not even decrypt and looks like garbage (attacks 17, 18, 33).
const boundTo = ({ issuer, subject }: Owner, purpose: readonly string[]): Buffer =>
  Buffer.from(JSON.stringify([issuer, subject, ...purpose]));

/** `plain` as a text that says nothing to anybody and opens for `owner` and `purpose` only. */
export function sealText(
  plain: Uint8Array,
  owner: Owner,
  [{ id, key }]: CursorSeal['keys'],
  purpose: readonly string[] = [],
): string {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, iv);
  cipher.setAAD(boundTo(owner, purpose));
  const sealed = Buffer.concat([iv, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
  return `${id}.${sealed.toString('base64url')}`;
}

/** What was sealed; undefined for anything but an untouched text sealed for the same owner and purpose, up to `maxLength` long. */
export function openText(
  text: string,
  owner: Owner,
  keys: CursorSeal['keys'],
  { purpose = [], maxLength }: { readonly purpose?: readonly string[]; readonly maxLength: number },
): Buffer | undefined {
  if (text.length > maxLength) return undefined;
  const [, id, body = ''] = SHAPE.exec(text) ?? [];
  const key = keys.find((candidate) => candidate.id === id);
  const sealed = Buffer.from(body, 'base64url');
  // Base64url has spare bits at its end: only the canonical spelling is one of ours (attack 13).
  if (key === undefined || body.length < MIN_BODY || sealed.toString('base64url') !== body) return undefined;
  try {
    const decipher = createDecipheriv('aes-256-gcm', key.key, sealed.subarray(0, IV_BYTES), {
      authTagLength: TAG_BYTES,
    });
    decipher.setAAD(boundTo(owner, purpose));
    decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
    return Buffer.concat([decipher.update(sealed.subarray(IV_BYTES, -TAG_BYTES)), decipher.final()]);
  } catch {
    return undefined;
  }
}

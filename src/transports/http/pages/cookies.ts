import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { Context } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import type { Clock } from '../../../core/clock.ts';
import type { HttpEnv } from '../env.ts';

/** A cookie only this server, on whichever replica, can read or make. */
export interface SealedCookie<T extends object> {
  read(context: Context<HttpEnv>): T | null;
  write(context: Context<HttpEnv>, value: T, lifeMs: number): void;
  clear(context: Context<HttpEnv>): void;
}

export interface SealedCookieOptions<T> {
  readonly name: string;
  /** 32 bytes. */
  readonly key: Uint8Array;
  /** Whether browsers come over TLS. On loopback they may not, and then the name has no `__Host-`. */
  readonly secure: boolean;
  /** `Lax` comes along when the identity provider sends the browser back, `Strict` only from our own pages (attack 34). */
  readonly sameSite: 'Lax' | 'Strict';
  readonly isValue: (value: unknown) => value is T;
  readonly clock: Clock;
}

const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const MAX_LENGTH = 4096;

/** AES-256-GCM; the name is associated data, so that no cookie passes for another. */
export function sealedCookie<T extends object>(options: SealedCookieOptions<T>): SealedCookie<T> {
  const { key, secure, sameSite, isValue, clock } = options;
  const name = secure ? `__Host-${options.name}` : options.name;
  const attributes = { path: '/', httpOnly: true, secure, sameSite } as const;

  function open(text: string): unknown {
    const bytes = Buffer.from(text, 'base64url');
    const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES })
      .setAAD(Buffer.from(name))
      .setAuthTag(bytes.subarray(-TAG_BYTES));
    const plain = Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]);
    return JSON.parse(plain.toString('utf8'));
  }

  return {
    read(context) {
      const text = getCookie(context, name);
      if (text === undefined || text.length > MAX_LENGTH || text.length < 40) return null;
      try {
        const [expiresMs, value] = open(text) as readonly unknown[]; // checked below
        return typeof expiresMs === 'number' && expiresMs > clock.now() && isValue(value) ? value : null;
      } catch {
        return null;
      }
    },
    write(context, value, lifeMs) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(name));
      const plain = Buffer.from(JSON.stringify([clock.now() + lifeMs, value]));
      const sealed = Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
      setCookie(context, name, sealed.toString('base64url'), { ...attributes, maxAge: Math.floor(lifeMs / 1000) });
    },
    clear: (context) => void deleteCookie(context, name, attributes),
  };
}

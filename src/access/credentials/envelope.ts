import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { Kek } from './kek.ts';

// Blob: nonce(12) ‖ AES-256-GCM(KEK, data key)(32 + 16) ‖ nonce(12) ‖ AES-256-GCM(data key, text)(n + 16), as in the reference server
// (reference-server.md §3.5), but bound to what it belongs to without ambiguity.
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const KEY_BYTES = 32;
const WRAPPED_BYTES = NONCE_BYTES + KEY_BYTES + TAG_BYTES;

/** What a sealed field belongs to. A list has one spelling in JSON: no two bindings are the same text. */
export type Binding = readonly string[];

const aad = (binding: Binding): Buffer => Buffer.from(JSON.stringify(['illumio-mcp/sealed-field/1', ...binding]));

function encrypt(key: Uint8Array, text: Uint8Array, binding: Binding): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(aad(binding));
  return Buffer.concat([nonce, cipher.update(text), cipher.final(), cipher.getAuthTag()]);
}

/** Throws when a bit of the blob, the key or the binding differs. */
function decrypt(key: Uint8Array, blob: Uint8Array, binding: Binding): Buffer {
  if (blob.length < NONCE_BYTES + TAG_BYTES) throw new Error('sealed field too short');
  const tagAt = blob.length - TAG_BYTES;
  const decipher = createDecipheriv('aes-256-gcm', key, blob.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES })
    .setAAD(aad(binding))
    .setAuthTag(blob.subarray(tagAt));
  return Buffer.concat([decipher.update(blob.subarray(NONCE_BYTES, tagAt)), decipher.final()]);
}

/** Seals one field under a data key of its own. */
export function seal(kek: Kek, text: string, binding: Binding): Uint8Array {
  const dataKey = randomBytes(KEY_BYTES);
  return Buffer.concat([encrypt(kek.bytes, dataKey, binding), encrypt(dataKey, Buffer.from(text), binding)]);
}

/** The text of a sealed field. Throws when anything differs from how it was sealed. */
export function unseal(kek: Kek, blob: Uint8Array, binding: Binding): string {
  const dataKey = decrypt(kek.bytes, blob.subarray(0, WRAPPED_BYTES), binding);
  return decrypt(dataKey, blob.subarray(WRAPPED_BYTES), binding).toString('utf8');
}

/** The same field under another key-encryption key: the data key is wrapped anew, the text is not touched. */
export function rewrap(from: Kek, to: Kek, blob: Uint8Array, binding: Binding): Uint8Array {
  const dataKey = decrypt(from.bytes, blob.subarray(0, WRAPPED_BYTES), binding);
  return Buffer.concat([encrypt(to.bytes, dataKey, binding), blob.subarray(WRAPPED_BYTES)]);
}

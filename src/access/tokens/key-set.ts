import type { JSONWebKeySet, JWK } from 'jose';
import { isObject } from '../../core/json.ts';

const MAX_BYTES = 512 * 1024;
const MAX_KEYS = 100;
const TIMEOUT_MS = 5_000;

/**
 * The public signing keys at `url`, bounded in size, number and time (attack 11), without following a redirect. What could verify a
 * symmetric signature, private members and certificates are left out.
 */
export async function readKeySet(url: string, get: typeof fetch): Promise<JSONWebKeySet> {
  const response = await get(url, {
    redirect: 'error',
    signal: AbortSignal.timeout(TIMEOUT_MS),
    headers: { accept: 'application/json, application/jwk-set+json' },
  });
  if (response.status !== 200) {
    await response.body?.cancel();
    throw new Error(`the key set answered ${response.status}`);
  }
  const set: unknown = JSON.parse(await boundedText(response));
  const listed: unknown = isObject(set) ? set['keys'] : undefined;
  if (!Array.isArray(listed)) throw new Error('the key set has no "keys"');
  if (listed.length > MAX_KEYS) throw new Error(`the key set has more than ${MAX_KEYS} keys`);
  const keys = listed.flatMap(signingKey);
  if (keys.length === 0) throw new Error('the key set has no key to verify signatures with');
  return { keys };
}

async function boundedText({ body }: Response): Promise<string> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  // Leaving the loop cancels the stream, and with it the connection.
  for await (const part of body ?? []) {
    bytes += part.length;
    if (bytes > MAX_BYTES) throw new Error(`the key set is larger than ${MAX_BYTES} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

const PUBLIC_TEXTS = ['kid', 'alg', 'use', 'n', 'e', 'crv', 'x', 'y'] as const;
const KINDS: readonly unknown[] = ['RSA', 'EC', 'OKP'];

function signingKey(value: unknown): readonly JWK[] {
  if (!isObject(value) || !KINDS.includes(value['kty'])) return [];
  if (value['use'] !== undefined && value['use'] !== 'sig') return [];
  const operations: unknown = value['key_ops'];
  const members = PUBLIC_TEXTS.flatMap((name) => (typeof value[name] === 'string' ? [[name, value[name]]] : []));
  return [
    {
      ...Object.fromEntries(members),
      kty: String(value['kty']),
      ...(Array.isArray(operations) ? { key_ops: operations.map(String) } : {}),
    },
  ];
}

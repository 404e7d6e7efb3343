import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { PendingQuery } from '../answer/answer.ts';
import { queriesOf } from '../answer/cursor.ts';
import { type CursorSeal, openText, sealText } from '../answer/seal.ts';
import type { Principal } from '../core/authority.ts';
import { isObject } from '../core/json.ts';

/** Everything another replica needs to go on with a task: the call, the moment it stands for, the PCE's queries it waits for. */
export interface TaskClaims {
  readonly tool: string;
  /** As the client sent them. */
  readonly args: unknown;
  readonly asOfMs: number;
  readonly createdMs: number;
  readonly queries: readonly PendingQuery[];
  /** Tells this task from another of the same call. */
  readonly nonce: string;
}

/** The id travels in a header (`Mcp-Name`); servers and proxies take about 8 KB of headers. */
const MAX_ID = 4_000;
const MAX_CLAIMS = 100_000;
const purpose = ({ labelScope }: Principal): readonly string[] => ['task', labelScope ?? ''];

/** An id that only this principal, limited to the same labels, can use; undefined where the call is too long to travel in it. */
export function sealTaskId(claims: TaskClaims, principal: Principal, { keys }: CursorSeal): string | undefined {
  const { tool, args, asOfMs, createdMs, queries, nonce } = claims;
  const pending = queries.map(({ question, query }) => [question, query]);
  const plain = Buffer.from(JSON.stringify([tool, args ?? null, asOfMs, createdMs, pending, nonce]));
  if (plain.length > MAX_CLAIMS) return undefined;
  const id = sealText(deflateRawSync(plain), principal, keys, purpose(principal));
  return id.length > MAX_ID ? undefined : id;
}

/** What an id says; undefined for anything that is not an untouched id of this principal. */
export function openTaskId(id: string, principal: Principal, { keys }: CursorSeal): TaskClaims | undefined {
  const plain = openText(id, principal, keys, { purpose: purpose(principal), maxLength: MAX_ID });
  if (plain === undefined) return undefined;
  // It was sealed here, so what inflates is ours; the limit is for the day a key leaks.
  const list: unknown = JSON.parse(inflateRawSync(plain, { maxOutputLength: MAX_CLAIMS }).toString('utf8'));
  const [tool, args, asOfMs, createdMs, pending, nonce]: readonly unknown[] = Array.isArray(list) ? list : [];
  if (typeof tool !== 'string' || typeof asOfMs !== 'number' || typeof createdMs !== 'number') return undefined;
  if (typeof nonce !== 'string' || !(args === null || isObject(args))) return undefined;
  return { tool, args: args ?? undefined, asOfMs, createdMs, queries: queriesOf(pending), nonce };
}

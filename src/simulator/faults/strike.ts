import { setTimeout as sleep } from 'node:timers/promises';
import type { Exchange, Outgoing } from '../http/fault-hook.ts';
import { JSON_TYPE, send } from '../http/send.ts';
import type { FaultEffect } from './fault.ts';
import { pathOf } from './plan.ts';

/** What faults can do beyond the exchange they hit. */
export interface FaultWorld {
  jump(ms: number): void;
  expireQuery(id: string): void;
  /** Carries out a write as another session of the owner. */
  edit(method: string, path: string, body: unknown): Promise<void>;
}

const ERRORS: Readonly<Record<number, string>> = {
  500: 'Internal server error',
  502: 'Bad gateway',
  503: 'Service unavailable',
};
// Long enough for the bytes written so far to leave, so that a client sees a broken answer and not none.
const FLUSH_MS = 20;

/** What an effect does before the request is carried out; `handled` when that was all. */
export async function strikeBefore(
  effect: FaultEffect,
  exchange: Exchange,
  world: FaultWorld,
): Promise<'continue' | 'handled'> {
  const { response } = exchange.raw;
  switch (effect.kind) {
    case 'latency':
      await sleep(effect.ms);
      return 'continue';
    case 'clock_jump':
      world.jump(effect.ms);
      return 'continue';
    case 'expire_query':
      world.expireQuery(/\/async_queries\/([^/]+)/.exec(pathOf(exchange))?.[1] ?? '');
      return 'continue';
    case 'edit':
      await world.edit(effect.method, effect.path, effect.body);
      return 'continue';
    case 'rate_limit':
      await send(response, tooMany(effect.retry_after), false);
      return 'handled';
    case 'status':
      if (effect.when === 'after') return 'continue';
      await send(response, broken(effect.status), false);
      return 'handled';
    case 'reset':
      if (effect.when === 'after' || effect.after_bytes !== undefined) return 'continue';
      response.destroy();
      return 'handled';
    default:
      // Effects that count bytes mean those of the answer, not of its compressed form.
      delete exchange.raw.request.headers['accept-encoding'];
      return 'continue';
  }
}

/** What an effect makes of the answer to a request that has been carried out. */
export function strikeAfter(effect: FaultEffect, { raw }: Exchange, answer: Outgoing): Outgoing | 'handled' {
  switch (effect.kind) {
    case 'status':
      return broken(effect.status);
    case 'reset':
      if (effect.after_bytes !== undefined)
        return { ...answer, body: resetting(answer.body, effect.after_bytes, () => raw.response.destroy()) };
      raw.response.destroy();
      return 'handled';
    case 'truncate':
      return { ...answer, body: truncated(answer.body, effect.after_bytes) };
    case 'drip':
      return { ...answer, body: dripping(answer.body, effect.bytes, effect.every_ms) };
    case 'content_type':
      return { ...answer, headers: { ...answer.headers, 'Content-Type': effect.value } };
    case 'empty_result':
      return { ...answer, body: answer.headers['Content-Type'] === 'text/csv' ? '' : '[]' };
    default:
      return answer;
  }
}

function tooMany(retryAfter: number | undefined): Outgoing {
  const body = JSON.stringify([{ token: 'too_many_requests_error', message: 'Too many requests' }]);
  return {
    status: 429,
    headers: { ...JSON_TYPE, ...(retryAfter !== undefined && { 'Retry-After': String(retryAfter) }) },
    body,
  };
}

function broken(status: number): Outgoing {
  const message = ERRORS[status] ?? 'Error';
  return { status, headers: JSON_TYPE, body: JSON.stringify([{ token: 'simulator_fault', message }]) };
}

/** The answer cut into texts of about `size` bytes. */
async function* cut(
  body: Outgoing['body'],
  size: number,
): AsyncGenerator<{ readonly text: string; readonly bytes: number }> {
  // Streaming, because a cut may fall into the middle of a character.
  const decoder = new TextDecoder();
  for await (const piece of typeof body === 'string' ? [body] : body) {
    const bytes = Buffer.from(piece);
    for (let at = 0; at < bytes.length; at += size) {
      const part = bytes.subarray(at, at + size);
      yield { text: decoder.decode(part, { stream: true }), bytes: part.length };
    }
  }
}

async function* first(body: Outgoing['body'], bytes: number): AsyncGenerator<string> {
  let left = bytes;
  if (left === 0) return;
  for await (const part of cut(body, bytes)) {
    yield part.bytes <= left ? part.text : part.text.slice(0, left);
    left -= part.bytes;
    if (left <= 0) return;
  }
}

const truncated = (body: Outgoing['body'], bytes: number): AsyncIterable<string> => first(body, bytes);

async function* resetting(body: Outgoing['body'], bytes: number, reset: () => void): AsyncGenerator<string> {
  yield* first(body, bytes);
  await sleep(FLUSH_MS);
  reset();
}

async function* dripping(body: Outgoing['body'], bytes: number, everyMs: number): AsyncGenerator<string> {
  for await (const { text } of cut(body, bytes)) {
    yield text;
    await sleep(everyMs);
  }
}

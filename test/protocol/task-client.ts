import type { Client, Transport } from '@modelcontextprotocol/client';
import { createTaskSessionFromClient } from '@modelcontextprotocol/ext-tasks/client';
import type { JsonValue } from '@modelcontextprotocol/ext-tasks/core';
import { isObject } from '../../src/core/json.ts';

export type Answer =
  | { readonly kind: 'result'; readonly result: JsonValue }
  | { readonly kind: 'error'; readonly error: { readonly code: number; readonly message: string } };

const framing = {
  protocolVersion: '2026-07-28',
  clientInfo: { name: 'task-test', version: '1.0.0' },
  clientCapabilities: {},
} as const;

/** Requests past the SDK client's own reading of results, over the transport it is connected with. */
export function rawDispatch(transport: Transport) {
  const waiting = new Map<unknown, (message: unknown) => void>();
  const toClient = transport.onmessage;
  // oxlint-disable-next-line unicorn/prefer-add-event-listener -- a transport has callbacks, not events
  transport.onmessage = (message, extra) => {
    const settle = 'id' in message ? waiting.get(message.id) : undefined;
    if (settle === undefined) toClient?.(message, extra);
    else settle(message);
  };
  let sent = 0;
  return async (request: object): Promise<Answer> => {
    const id = `raw-${++sent}`;
    const { promise, resolve } = Promise.withResolvers<unknown>();
    waiting.set(id, resolve);
    // What the transport sends is JSON-RPC; the types of the SDK name its own requests only.
    const message = { jsonrpc: '2.0', id, ...request } as Parameters<Transport['send']>[0];
    await transport.send(message);
    const answer = await promise;
    waiting.delete(id);
    if (!isObject(answer)) throw new Error('no JSON-RPC answer');
    return 'error' in answer
      ? { kind: 'error', error: answer['error'] as Answer extends { error: infer E } ? E : never }
      : { kind: 'result', result: answer['result'] as JsonValue };
  };
}

/** The official client of the Tasks extension over a connected client of the newest era. */
export function taskSession(client: Client, transport: Transport) {
  const dispatch = rawDispatch(transport);
  return createTaskSessionFromClient(client, {
    endpointId: 'test',
    rawDispatch: (request) => dispatch(Object(request)),
    v2RequestFraming: framing,
  });
}

/** A request with or without the extension among the capabilities of its client. */
export const framed = (
  method: string,
  params: object,
  extensions: object = { 'io.modelcontextprotocol/tasks': {} },
) => ({
  method,
  params: {
    ...params,
    _meta: {
      'io.modelcontextprotocol/protocolVersion': framing.protocolVersion,
      'io.modelcontextprotocol/clientInfo': framing.clientInfo,
      'io.modelcontextprotocol/clientCapabilities': { extensions },
    },
  },
});

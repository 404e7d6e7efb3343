import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Hono } from 'hono';
import type { Identity } from '../../access/identity.ts';
import type { Principal } from '../../core/authority.ts';

/** What a request carries on its way through the app. */
export interface HttpEnv {
  readonly Bindings: {
    /** Node's own request and response; absent where a test calls the app itself. */
    readonly incoming?: IncomingMessage;
    readonly outgoing?: ServerResponse;
  };
  readonly Variables: {
    requestId: string;
    /** Once known. */
    principal: Principal | undefined;
    /** What their token says; null where nobody signs in. */
    identity: Identity | null | undefined;
    /** The JSON of the body, once it has been read and found harmless. */
    body: unknown;
  };
}

export type HttpRoutes = Hono<HttpEnv>;

/** What the reference server answers on its own routes. */
export const refusal = (error: string, message: string) => ({ error, message });

/** What an MCP client reads when its request does not get as far as the protocol. */
export const rpcError = (message: string) => ({ jsonrpc: '2.0', error: { code: -32_000, message }, id: null });

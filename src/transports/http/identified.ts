import { createMiddleware } from 'hono/factory';
import type { Identify } from './bearer.ts';
import type { HttpEnv } from './env.ts';

/** Lets nobody through whom the gate does not know. */
export const identified = (identify: Identify) =>
  createMiddleware<HttpEnv>(async (context, next) => {
    const caller = await identify(context.req.raw);
    if (caller instanceof Response) return caller;
    context.set('principal', caller.principal);
    context.set('identity', caller.identity);
    return next();
  });

import { ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import type { MiddlewareHandler } from 'hono';
import { routePath } from 'hono/route';
import { onceAnswered } from '../activity.ts';
import type { HttpEnv } from '../env.ts';
import type { Tracing } from './tracing.ts';

/** Asked every few seconds by whoever looks whether the server lives. */
const NOT_TRACED = new Set(['/healthz', '/readyz']);
const METHODS = new Set(['GET', 'POST', 'DELETE', 'OPTIONS', 'HEAD', 'PUT', 'PATCH']);

const propagator = new W3CTraceContextPropagator();
const headersOf = { keys: () => [], get: (headers: Headers, name: string) => headers.get(name) ?? undefined };

/**
 * A span for each request, below the one the client names in `traceparent`, in the terms of OpenTelemetry's conventions for HTTP. Of the
 * path it has the route, because a path is the client's.
 */
export const tracedRequests =
  ({ tracer, current }: Tracing): MiddlewareHandler<HttpEnv> =>
  async (context, next) => {
    if (NOT_TRACED.has(context.req.path)) return next();
    const { raw } = context.req;
    const method = METHODS.has(raw.method) ? raw.method : '_OTHER';
    const parent = propagator.extract(ROOT_CONTEXT, raw.headers, headersOf);
    const span = tracer.startSpan(
      method,
      { kind: SpanKind.SERVER, attributes: { 'http.request.method': method } },
      parent,
    );
    try {
      await current.run(trace.setSpan(parent, span), next);
    } finally {
      const { status } = context.res;
      const route = routePath(context, -1);
      if (!route.includes('*')) span.updateName(`${method} ${route}`).setAttribute('http.route', route);
      span.setAttributes({ 'http.response.status_code': status, 'illumio_mcp.request_id': context.get('requestId') });
      if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR }).setAttribute('error.type', String(status));
      // An answer in a stream lasts as long as its call.
      onceAnswered(context.env.outgoing, () => span.end());
    }
  };

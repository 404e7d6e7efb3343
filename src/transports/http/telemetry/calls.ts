import { ROOT_CONTEXT, SpanStatusCode, trace } from '@opentelemetry/api';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import type { Dispatcher, ToolCall } from '../../../dispatch/call.ts';
import { outcomeOf } from '../../../dispatch/outcome.ts';
import type { Tracing } from './tracing.ts';

const propagator = new W3CTraceContextPropagator();
type Meta = NonNullable<ToolCall['meta']>;
const textsOf = {
  keys: () => [],
  get: (meta: Meta, name: string) => (typeof meta[name] === 'string' ? meta[name] : undefined),
};

/**
 * A span for each call of a tool, in the request it came with. The span that the client names in the protocol's `_meta` is linked: it may be
 * another one than that of the connection. Tool and outcome only, and the tool only where there is one of that name.
 */
export const tracedCalls = (dispatcher: Dispatcher, { tracer, current }: Tracing): Dispatcher => ({
  ...dispatcher,
  async call(call) {
    const parent = current.getStore() ?? ROOT_CONTEXT;
    const linked = trace.getSpanContext(propagator.extract(ROOT_CONTEXT, call.meta ?? {}, textsOf));
    const span = tracer.startSpan(
      'tools/call',
      { attributes: { 'mcp.method.name': 'tools/call' }, links: linked ? [{ context: linked }] : [] },
      parent,
    );
    try {
      const result = await current.run(trace.setSpan(parent, span), () => dispatcher.call(call));
      const outcome = outcomeOf(result);
      span.updateName(`tools/call ${call.name}`).setAttribute('gen_ai.tool.name', call.name);
      if (outcome !== 'ok') span.setStatus({ code: SpanStatusCode.ERROR }).setAttribute('error.type', outcome);
      return result;
    } catch (error) {
      // There is no tool of that name, which is the client's and so stays out.
      span.setStatus({ code: SpanStatusCode.ERROR }).setAttribute('error.type', 'unknown_tool');
      throw error;
    } finally {
      span.end();
    }
  },
});

import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Dispatcher } from '../../dispatch/call.ts';
import { outcomeOf } from '../../dispatch/outcome.ts';

/** What operators see of a server over time. Labels come from closed sets only: no caller, no argument, no path (attack 52). */
export interface Metrics {
  request(method: string, status: number): void;
  /** A request turned away before it was anyone's. */
  refused(reason: string): void;
  limited(limit: string): void;
  /** The same dispatcher, its calls counted and timed. */
  watch(dispatcher: Dispatcher): Dispatcher;
  /** All of it in the text format of Prometheus. */
  text(): Promise<string>;
  readonly contentType: string;
}

const METHODS = new Set(['GET', 'POST', 'DELETE', 'OPTIONS', 'HEAD', 'PUT']);
const SECONDS = [0.01, 0.05, 0.1, 0.5, 1, 5, 15, 60, 300];

export function createMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry, prefix: 'illumio_mcp_' });
  const requests = new Counter({
    name: 'illumio_mcp_http_requests_total',
    help: 'HTTP requests by method and status',
    labelNames: ['method', 'status'],
    registers,
  });
  const refusals = new Counter({
    name: 'illumio_mcp_refused_requests_total',
    help: 'Requests refused for their token, by reason',
    labelNames: ['reason'],
    registers,
  });
  const limits = new Counter({
    name: 'illumio_mcp_limited_requests_total',
    help: 'Requests refused because of a limit',
    labelNames: ['limit'],
    registers,
  });
  const calls = new Histogram({
    name: 'illumio_mcp_tool_call_seconds',
    help: 'Tool calls by tool and outcome',
    labelNames: ['tool', 'outcome'],
    buckets: SECONDS,
    registers,
  });
  const running = new Gauge({ name: 'illumio_mcp_tool_calls_running', help: 'Tool calls under way', registers });

  return {
    request: (method, status) => requests.inc({ method: METHODS.has(method) ? method : 'other', status }),
    refused: (reason) => refusals.inc({ reason }),
    limited: (limit) => limits.inc({ limit }),
    watch: (dispatcher) => ({
      ...dispatcher,
      async call(call) {
        const end = calls.startTimer();
        running.inc();
        try {
          const result = await dispatcher.call(call);
          end({ tool: call.name, outcome: outcomeOf(result) });
          return result;
        } finally {
          // A tool that does not exist is thrown: its name is the client's, so it is no label.
          running.dec();
        }
      },
    }),
    text: () => registry.metrics(),
    contentType: registry.contentType,
  };
}

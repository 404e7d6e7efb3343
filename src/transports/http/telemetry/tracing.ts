import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { type Context, diag, DiagLogLevel, type Tracer } from '@opentelemetry/api';
import { OTLPTraceExporter as JsonExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { OTLPTraceExporter as ProtobufExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BatchSpanProcessor,
  ParentBasedSampler,
  type Sampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import type { Log } from '../../../core/log.ts';
import { VERSION } from '../../../core/version.ts';
import { tracedCalls } from './calls.ts';
import { tracePceRequests } from './pce-requests.ts';
import { tracedRequests } from './requests.ts';
import type { Telemetry, TelemetrySettings } from './telemetry.ts';

/** What the spans of one server share. */
export interface Tracing {
  readonly tracer: Tracer;
  /** The span that what runs now belongs to. */
  readonly current: AsyncLocalStorage<Context>;
}

/** A collector that is away must not keep a server from ending. */
const LAST_SEND_MS = 2_000;

export function startTracing(url: URL, settings: TelemetrySettings, log: Log): Telemetry {
  // The library says what went wrong in texts that may hold an answer of the collector; none of that is for a log.
  const failed = (): void => log.warning('traces could not be sent', { collector: url.origin });
  const quiet = (): void => {};
  diag.setLogger(
    { error: failed, warn: quiet, info: quiet, debug: quiet, verbose: quiet },
    { logLevel: DiagLogLevel.ERROR, suppressOverrideMessage: true },
  );

  const Exporter = settings.OTEL_EXPORTER_OTLP_PROTOCOL === 'http/json' ? JsonExporter : ProtobufExporter;
  const headers = pairs(settings.OTEL_EXPORTER_OTLP_HEADERS?.reveal());
  const provider = new TracerProvider({
    resource: resourceFromAttributes({
      ...pairs(settings.OTEL_RESOURCE_ATTRIBUTES),
      'service.name': settings.OTEL_SERVICE_NAME,
      'service.version': VERSION,
    }),
    sampler: samplerOf(settings),
    spanProcessors: [new BatchSpanProcessor({ exporter: new Exporter({ url: url.href, headers }) })],
  });
  const tracing: Tracing = { tracer: provider.getTracer('illumio-mcp', VERSION), current: new AsyncLocalStorage() };
  const stop = tracePceRequests(tracing);

  return {
    requests: tracedRequests(tracing),
    watch: (dispatcher) => tracedCalls(dispatcher, tracing),
    async close() {
      stop();
      const late = delay(LAST_SEND_MS, 'late', { ref: false });
      if ((await Promise.race([provider.shutdown().catch(failed), late])) === 'late') failed();
      diag.disable();
    },
  };
}

/** `key=value` pairs separated by commas, percent-encoded, as the specification has headers and resource attributes. */
function pairs(text = ''): Record<string, string> {
  const entries = text.split(',').flatMap((pair) => {
    const [, key, value] = /^\s*([^=\s]+)\s*=\s*(.*?)\s*$/.exec(pair) ?? [];
    return key === undefined || value === undefined ? [] : [[key, decoded(value)] as const];
  });
  return Object.fromEntries(entries);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function samplerOf({ OTEL_TRACES_SAMPLER: name, OTEL_TRACES_SAMPLER_ARG: share }: TelemetrySettings): Sampler {
  const root = name.includes('ratio')
    ? new TraceIdRatioBasedSampler(share)
    : name.endsWith('off')
      ? new AlwaysOffSampler()
      : new AlwaysOnSampler();
  return name.startsWith('parentbased') ? new ParentBasedSampler({ root }) : root;
}

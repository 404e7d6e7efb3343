import type { MiddlewareHandler } from 'hono';
import type { Settings } from '../../../config/schema.ts';
import type { Log } from '../../../core/log.ts';
import type { Dispatcher } from '../../../dispatch/call.ts';
import type { HttpEnv } from '../env.ts';

/**
 * Traces: a span for every HTTP request, in it one for every tool call, in that one for every request to the PCE. Names, codes and times
 * only: what callers ask for and what is answered is in none of them (attack 46).
 */
export interface Telemetry {
  readonly requests: MiddlewareHandler<HttpEnv>;
  /** The same dispatcher, its calls traced. */
  watch(dispatcher: Dispatcher): Dispatcher;
  /** Sends what has not been sent. */
  close(): Promise<void>;
}

export type TelemetrySettings = Pick<
  Settings,
  | 'OTEL_SDK_DISABLED'
  | 'OTEL_EXPORTER_OTLP_ENDPOINT'
  | 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'
  | 'OTEL_EXPORTER_OTLP_HEADERS'
  | 'OTEL_EXPORTER_OTLP_PROTOCOL'
  | 'OTEL_SERVICE_NAME'
  | 'OTEL_RESOURCE_ATTRIBUTES'
  | 'OTEL_TRACES_SAMPLER'
  | 'OTEL_TRACES_SAMPLER_ARG'
>;

/** Undefined where no collector is configured: then nothing of it is even loaded. */
export async function openTelemetry(settings: TelemetrySettings, log: Log): Promise<Telemetry | undefined> {
  const { OTEL_SDK_DISABLED: disabled, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: own } = settings;
  const base = settings.OTEL_EXPORTER_OTLP_ENDPOINT;
  // As the specification of the exporter has it: the general endpoint is a base, that of the traces is used as it is.
  const url = own ?? (base && new URL('v1/traces', base.href.endsWith('/') ? base.href : `${base.href}/`));
  if (disabled || url === undefined) return undefined;
  const { startTracing } = await import('./tracing.ts');
  return startTracing(url, settings, log);
}

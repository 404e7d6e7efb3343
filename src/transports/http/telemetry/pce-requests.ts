import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { type Span, SpanKind, SpanStatusCode } from '@opentelemetry/api';
import { isObject } from '../../../core/json.ts';
import type { Tracing } from './tracing.ts';

const PCE_API = '/api/v2/';
/** The words of the API's paths. Whatever else is in one is an id, or came from a caller. */
const WORDS = new Set(
  `orgs users api_keys login_info product_version health settings agents vens unpair upgrade jobs
  workloads bulk_update bulk_create bulk_delete bulk_traffic_flows interfaces labels label_groups label_dimensions member_of
  sec_policy draft active pending delete restore impact dependencies allow rule_search rule_coverage rule_sets sec_rules deny_rules
  ip_rules ip_lists services virtual_services virtual_servers service_bindings enforcement_boundaries firewall_settings
  secure_connect_gateways security_principals traffic_flows async_queries download update_rules datafiles reports
  container_clusters container_workload_profiles kubernetes_workloads pairing_profiles pairing_key events network_devices networks`.split(
    /\s+/,
  ),
);

/** Listens to undici's own announcements, so that the client of the PCE knows nothing of this. The function ends it. */
export function tracePceRequests({ tracer, current }: Tracing): () => void {
  const spans = new WeakMap<object, Span>();
  const spanOf = ({ request }: Message): Span | undefined => (isObject(request) ? spans.get(request) : undefined);

  const listeners: Readonly<Record<string, (message: Message) => void>> = {
    'undici:request:create'({ request }) {
      const parent = current.getStore();
      if (!parent || !isObject(request)) return;
      const { method, path } = request;
      if (typeof method !== 'string' || typeof path !== 'string' || !path.startsWith(PCE_API)) return;
      const template = templateOf(path);
      const attributes = { 'http.request.method': method, 'url.template': template };
      spans.set(request, tracer.startSpan(`${method} ${template}`, { kind: SpanKind.CLIENT, attributes }, parent));
    },
    'undici:request:headers'(message) {
      const { response } = message;
      const status = isObject(response) ? response['statusCode'] : undefined;
      if (typeof status !== 'number') return;
      const span = spanOf(message)?.setAttribute('http.response.status_code', status);
      if (status >= 400) span?.setStatus({ code: SpanStatusCode.ERROR }).setAttribute('error.type', String(status));
    },
    'undici:request:trailers': (message) => spanOf(message)?.end(),
    'undici:request:error'(message) {
      const { error } = message;
      const code = isObject(error) && typeof error['code'] === 'string' ? error['code'] : 'error';
      spanOf(message)?.setStatus({ code: SpanStatusCode.ERROR }).setAttribute('error.type', code).end();
    },
  };
  const entries = Object.entries(listeners).map(
    ([name, listen]) => [name, (message: unknown) => listen(isObject(message) ? message : {})] as const,
  );
  for (const [name, listen] of entries) subscribe(name, listen);
  return () => {
    for (const [name, listen] of entries) unsubscribe(name, listen);
  };
}

type Message = Readonly<Record<string, unknown>>;

/** `/api/v2/orgs/{}/labels/{}`: without ids, without the query. */
const templateOf = (path: string): string => {
  const [pathname = ''] = path.slice(PCE_API.length).split('?');
  return `${PCE_API}${pathname
    .split('/')
    .map((segment) => (WORDS.has(segment) ? segment : '{}'))
    .join('/')}`;
};

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { attacked, message } from '../attacks/harness/gateway.ts';
import { REFUSAL, startCollector } from './collector.ts';
import { company } from './company.ts';

interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: number;
  readonly attributes: readonly Attribute[];
  readonly links?: readonly { readonly traceId: string; readonly spanId: string }[];
  readonly status: { readonly code?: number };
}

interface Attribute {
  readonly key: string;
  readonly value: { readonly stringValue?: string; readonly intValue?: number };
}

const SECRETS = {
  header: 'canary-collector-key',
  argument: 'canary-argument',
  tool: 'canary-tool',
  path: 'canary-path',
  query: 'canary-query',
  subject: 'canary-subject',
  agent: 'canary-agent',
  token: 'canary-token',
};
const TRACE = '0af7651916cd43dd8448eb211c80319c';
const CALLER = 'b7ad6b7169203331';
const LINKED = { trace: '4bf92f3577b34da6a3ce929d0e0e4736', span: '00f067aa0ba902b7' };
const traceparent = (trace: string, span: string) => `00-${trace}-${span}-01`;

describe('traces', () => {
  let collector: Awaited<ReturnType<typeof startCollector>>;
  let spans: readonly Span[];
  let resource: readonly Attribute[];
  beforeAll(async () => {
    collector = await startCollector();
    const firm = await company({
      mode: 'shared',
      env: {
        OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
        OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
        OTEL_EXPORTER_OTLP_HEADERS: `x-collector-key=${SECRETS.header}`,
        OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test%20lab,service.name=never',
        OTEL_SERVICE_NAME: 'segmentation',
      },
    });
    const { origin, url } = firm.gateway;
    const headers = { traceparent: traceparent(TRACE, CALLER), 'user-agent': SECRETS.agent };
    await firm.call(SECRETS.subject, 'get-workloads', { name: SECRETS.argument, max_results: 1 }, { headers });
    await firm.call('ana', 'update-workload', { href: `/orgs/1/workloads/${SECRETS.argument}`, description: 'x' });
    await firm.call('ana', SECRETS.tool);
    await fetch(`${origin}/${SECRETS.path}?q=${SECRETS.query}`);
    await fetch(`${origin}/healthz`);
    await fetch(url, { method: 'POST', body: '{}', headers: { authorization: `Bearer ${SECRETS.token}` } });
    const { params, ...call } = message('tools/call', { name: 'get-server-changelog', arguments: {} });
    const meta = { ...params['_meta'], traceparent: traceparent(LINKED.trace, LINKED.span) };
    await fetch(url, {
      method: 'POST',
      body: JSON.stringify({ ...call, params: { ...params, _meta: meta } }),
      headers: {
        authorization: `Bearer ${await firm.gateway.token()}`,
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        'mcp-protocol-version': '2026-07-28',
        'mcp-method': 'tools/call',
        'mcp-name': 'get-server-changelog',
      },
    });
    // What has not been sent is sent at the end.
    await firm.close();
    const batches = collector.sent.map(
      ({ body }) =>
        JSON.parse(body.toString()) as {
          readonly resourceSpans: readonly {
            readonly resource: { readonly attributes: readonly Attribute[] };
            readonly scopeSpans: readonly { readonly spans: readonly Span[] }[];
          }[];
        },
    );
    const groups = batches.flatMap((batch) => batch.resourceSpans);
    spans = groups.flatMap((group) => group.scopeSpans.flatMap((scope) => scope.spans));
    resource = groups[0]?.resource.attributes ?? [];
  });
  afterAll(() => collector.close());

  const named = (name: string) => spans.filter((span) => span.name === name);
  const valuesOf = ({ attributes }: Pick<Span, 'attributes'>) =>
    Object.fromEntries(attributes.map(({ key, value }) => [key, value.stringValue ?? value.intValue]));

  it('go from the request of the client through the call of the tool to the request to the PCE', () => {
    const [call] = named('tools/call get-workloads');
    const request = spans.find(({ spanId }) => spanId === call?.parentSpanId);
    const below = spans.filter(({ parentSpanId }) => parentSpanId === call?.spanId);
    expect(request).toMatchObject({ name: 'POST /mcp', traceId: TRACE, parentSpanId: CALLER, kind: 2 });
    expect(valuesOf(request ?? { attributes: [] })).toMatchObject({ 'http.response.status_code': 200 });
    expect(call).toMatchObject({ traceId: TRACE });
    expect(below.map(({ name }) => name)).toContain('GET /api/v2/orgs/{}/workloads');
    for (const pce of below) expect(pce).toMatchObject({ traceId: TRACE, kind: 3 });
  });

  it('say of a call which tool it was and what became of it, and of a tool that does not exist no name', () => {
    expect(valuesOf(named('tools/call get-workloads')[0] ?? { attributes: [] })).toEqual({
      'mcp.method.name': 'tools/call',
      'gen_ai.tool.name': 'get-workloads',
    });
    const failed = spans.filter(({ name, status }) => name.startsWith('tools/call') && status.code === 2);
    const outcomes = failed.map((span) => [span.name, valuesOf(span)['error.type']]);
    expect(outcomes).toContainEqual(['tools/call', 'unknown_tool']);
    expect(outcomes).toContainEqual(['tools/call update-workload', expect.stringMatching(/^[a-z_]+$/)]);
    const [linked] = named('tools/call get-server-changelog');
    expect(linked?.links).toEqual([expect.objectContaining({ traceId: LINKED.trace, spanId: LINKED.span })]);
  });

  it('name the service as the environment says', () => {
    expect(valuesOf({ attributes: resource })).toEqual({
      'service.name': 'segmentation',
      'service.version': expect.any(String),
      'deployment.environment.name': 'test lab',
    });
  });

  it('hold names, codes and request ids, and nothing that a caller sent or the PCE answered', () => {
    expect(new Set(spans.flatMap(({ attributes }) => attributes.map(({ key }) => key)))).toEqual(
      new Set([
        'http.request.method',
        'http.route',
        'http.response.status_code',
        'illumio_mcp.request_id',
        'mcp.method.name',
        'gen_ai.tool.name',
        'url.template',
        'error.type',
      ]),
    );
    expect(spans.filter(({ name }) => name.includes('health'))).toEqual([]);
    const bodies = collector.sent.map(({ body }) => body.toString()).join('\n');
    expect(bodies).toContain('POST /mcp');
    for (const secret of Object.values(SECRETS)) expect(bodies).not.toContain(secret);
  });

  it('go to the endpoint of the traces, with the headers of the environment', () => {
    expect(new Set(collector.sent.map(({ path }) => path))).toEqual(new Set(['/v1/traces']));
    for (const { headers } of collector.sent) expect(headers['x-collector-key']).toBe(SECRETS.header);
  });
});

it('traces go out as Protobuf unless told otherwise, to the URL for traces where there is one', async () => {
  const collector = await startCollector();
  const gateway = await attacked({ env: { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${collector.url}/own/path` } });
  await gateway.ask(await gateway.token());
  await gateway.close();
  collector.close();
  expect(collector.sent.map(({ path, headers }) => [path, headers['content-type']])).toEqual([
    ['/own/path', 'application/x-protobuf'],
  ]);
  expect(collector.sent[0]?.body.includes('POST /mcp')).toBe(true);
});

it('no traces go out where they are switched off', async () => {
  const collector = await startCollector();
  const off = await attacked({ env: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_SDK_DISABLED: 'true' } });
  expect((await off.ask(await off.token())).status).toBe(200);
  await off.close();
  collector.close();
  expect(collector.sent).toEqual([]);
});

it('a collector that refuses is noted in the log, without what it said, and holds up nobody', async () => {
  const collector = await startCollector(400);
  const gateway = await attacked({
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: `${collector.url}/base`, OTEL_EXPORTER_OTLP_HEADERS: `k=${SECRETS.header}` },
  });
  expect((await gateway.ask(await gateway.token())).status).toBe(200);
  await gateway.close();
  collector.close();
  expect(collector.sent.map(({ path }) => path)).toEqual(['/base/v1/traces']);
  expect(gateway.log()).toContain('traces could not be sent');
  expect(gateway.log()).not.toContain(REFUSAL);
  expect(gateway.log()).not.toContain(SECRETS.header);
});

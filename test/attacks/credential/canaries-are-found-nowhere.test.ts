import { once } from 'node:events';
import { readFileSync, readdirSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { startCollector } from '../../gateway/collector.ts';
import { company } from '../../gateway/company.ts';
import { freePort } from '../../store/postgres-server.ts';

const canary = (name: string) => `canary-${name}-0123456789`;
const inBase64 = (name: string) => Buffer.from(canary(name).padEnd(32, '!').slice(0, 32)).toString('base64');

/** A PCE, or what stands before it, that tells more than it should: fields nobody asked for, cookies, and errors with the request in them. */
async function startLeakyPce(secrets: { readonly field: string; readonly cookie: string; readonly location: string }) {
  const server = createServer(({ url = '', headers }, response) => {
    response.setHeader('set-cookie', `JSESSIONID=${secrets.cookie}`);
    const send = (status: number, body: unknown, more = {}) =>
      response
        .writeHead(status, { 'content-type': 'application/json', 'x-total-count': '1', ...more })
        .end(JSON.stringify(body));
    if (url.includes('/rule_sets'))
      return send(302, {}, { location: `https://elsewhere.example/?token=${secrets.location}` });
    if (url.includes('/workloads'))
      return send(406, [{ token: 'bad', message: `rejected: ${JSON.stringify(headers)}` }], {
        'x-request-id': headers.authorization,
      });
    return send(200, [
      {
        href: '/orgs/1/labels/7',
        key: 'app',
        value: 'x',
        secret: secrets.field,
        created_by: { auth_token: secrets.field },
      },
    ]);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('not listening');
  return {
    url: `http://127.0.0.1:${address.port}`,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

// Security case 46: more than twenty planted secrets, and every place where one could come out.
it('in no answer, log, metric, trace, record or file', async () => {
  const planted = {
    hmac: inBase64('hmac'),
    kek: inBase64('kek'),
    previous: inBase64('previous'),
    cookie: inBase64('cookie'),
    client: canary('client'),
    serviceKey: `api_${canary('service-key')}`,
    serviceSecret: canary('service-secret'),
    argumentKey: `api_${canary('argument-key')}`,
    argumentSecret: canary('argument-secret'),
    formKey: `api_${canary('form-key')}`,
    formSecret: canary('form-secret'),
    proxyPassword: canary('proxy-password'),
    badToken: `${canary('token')}.${canary('token')}.${canary('token')}`,
    queryToken: canary('query-token'),
    cookieHeader: canary('cookie-header'),
    confirmToken: canary('confirm-token'),
    confirmBody: canary('confirm-body'),
    argument: canary('argument'),
    header: canary('header'),
    userAgent: canary('user-agent'),
    collectorKey: canary('collector-key'),
    answerField: canary('answer-field'),
    answerCookie: canary('answer-cookie'),
    answerLocation: canary('answer-location'),
  };
  const leaky = await startLeakyPce({
    field: planted.answerField,
    cookie: planted.answerCookie,
    location: planted.answerLocation,
  });
  const metricsPort = await freePort();
  const collector = await startCollector();
  const firm = await company({
    mode: 'hybrid',
    env: {
      MCP_CONFIRM_HMAC_KEY: planted.hmac,
      MCP_KEK: planted.kek,
      MCP_KEK_PREVIOUS: planted.previous,
      MCP_COOKIE_KEY: planted.cookie,
      MCP_OAUTH_CLIENT_ID: 'client',
      MCP_OAUTH_CLIENT_SECRET: planted.client,
      PCE_HOST: leaky.url,
      API_KEY: planted.serviceKey,
      API_SECRET: planted.serviceSecret,
      HTTPS_PROXY: `http://user:${planted.proxyPassword}@127.0.0.1:9`,
      NO_PROXY: '127.0.0.1',
      MCP_METRICS_PORT: String(metricsPort),
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      OTEL_EXPORTER_OTLP_HEADERS: `x-collector-key=${planted.collectorKey}`,
    },
  });
  const answers: unknown[] = [];
  const { gateway } = firm;
  const key = { ...firm.key, api_key: planted.argumentKey, api_secret: planted.argumentSecret };
  answers.push(await firm.call('ana', 'register-pce-credentials', key));
  answers.push(await firm.confirmed('ana', 'register-pce-credentials', key));
  answers.push(await firm.confirmed('ana', 'register-pce-credentials', firm.key));
  answers.push(await firm.call('ana', 'get-labels', { max_results: 1 }));
  // With the service account, on the PCE that tells too much.
  const labels = await firm.call('ben', 'get-labels');
  expect(labels).toMatchObject({ items: [{ value: 'x' }] });
  const refused = await firm.call('ben', 'get-workloads');
  expect(refused).toMatchObject({ error: 'pce_rejected', message: expect.stringContaining('[redacted]') });
  answers.push(labels, refused, await firm.call('ben', 'get-rulesets'));
  answers.push(await firm.call('ana', 'get-labels', { nonsense: planted.argument }));
  answers.push(await firm.call('ana', 'provision-policy', {}, { token: planted.confirmToken }));
  answers.push(await firm.confirm('ana', { tool: planted.confirmBody, params_hash: planted.confirmBody }));
  const authorization = `Bearer ${await gateway.token({ sub: 'ana' })}`;
  const fetched = async (path: string, init: RequestInit) => {
    const response = await fetch(`${gateway.origin}${path}`, { redirect: 'manual', ...init });
    answers.push(
      await response.text(),
      [...response.headers].filter(([name]) => name !== 'set-cookie'),
    );
  };
  await fetched('/setup', {
    method: 'POST',
    headers: { authorization },
    body: new URLSearchParams({
      ...Object.fromEntries(Object.entries(firm.key).map(([name, value]) => [name, String(value)])),
      api_key: planted.formKey,
      api_secret: planted.formSecret,
    }),
  });
  await fetched('/mcp', { method: 'POST', headers: { authorization: `Bearer ${planted.badToken}` }, body: '{}' });
  await fetched(`/mcp?access_token=${planted.queryToken}`, { method: 'POST', body: '{}' });
  await fetched('/setup', { headers: { cookie: `illumio-mcp-session=${planted.cookieHeader}` } });
  await fetched('/healthz', { headers: { 'x-secret': planted.header, 'user-agent': planted.userAgent } });
  await fetched('/readyz', {});
  const metrics = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
  expect(metrics).toMatch(/illumio_mcp_tool_call_seconds_count\{tool="get-labels"/);
  const record = JSON.stringify(firm.rows('audit.db', 'SELECT * FROM audit_entries'));
  const files = readdirSync(gateway.folder).map((file) => readFileSync(join(gateway.folder, file)));
  expect(record.length).toBeGreaterThan(1000);
  // Traces are sent at the latest when the server ends.
  await firm.close();
  const traces = collector.sent.map(({ body }) => body.toString('utf8')).join('\n');
  expect(traces).toContain('tools/call get-labels');
  const { apiSecret } = firm.simulator;
  const basic = Buffer.from(`${planted.serviceKey}:${planted.serviceSecret}`).toString('base64');
  for (const [name, secret] of Object.entries({ ...planted, apiSecret, authorization, basic })) {
    expect(JSON.stringify(answers), `${name} in an answer`).not.toContain(secret);
    expect(gateway.log(), `${name} in the log`).not.toContain(secret);
    expect(traces, `${name} in a trace`).not.toContain(secret);
    expect(metrics, `${name} in a metric`).not.toContain(secret);
    expect(record, `${name} in the record`).not.toContain(secret);
    for (const file of files) expect(file.includes(secret), `${name} in a file`).toBe(false);
  }
  leaky.close();
  collector.close();
});

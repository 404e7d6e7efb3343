import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { silentLog } from '../../src/core/log.ts';
import { catalogue } from '../../src/dispatch/catalogue.ts';
import { templateOf } from '../../src/dispatch/resources.ts';
import { createMcpServer } from '../../src/dispatch/sdk.ts';
import { createServing } from '../../src/dispatch/serving.ts';
import { prompts } from '../../src/prompts/index.ts';
import { collections } from '../../src/resources/collections.ts';
import { pages } from '../../src/resources/pages.ts';
import { message, named } from '../attacks/harness/gateway.ts';
import { type Firm, firm, serviceAccount } from './firm.ts';

type Json = Readonly<Record<string, unknown>>;

// Every way in, what guards it, and what two people get there: nobody, who shows no token and no cookie; and a stranger, who signed in
// at the identity provider and has no role. A way in without a row here fails the first test of its kind.
let place: Firm;
let stranger: string;
beforeAll(async () => {
  place = await firm((simulator) => ({
    ...serviceAccount(simulator),
    MCP_PCE_MODE: 'hybrid',
    MCP_CONFIRM_MODE: 'person',
  }));
  stranger = `Bearer ${await place.tokenOf('stranger')}`;
});
afterAll(() => place.close());

describe('HTTP routes', () => {
  const OPEN = { nobody: 200, stranger: 200 };
  const ID = 'a'.repeat(32);
  const ROUTES: Readonly<Record<string, { guard: string; nobody: number; stranger: number; body?: string }>> = {
    'GET /healthz': { guard: 'open: says that the process lives', ...OPEN },
    'GET /readyz': { guard: 'open: says which of its parts are there', ...OPEN },
    'GET /.well-known/oauth-protected-resource': { guard: 'open: says where tokens come from', ...OPEN },
    'GET /.well-known/oauth-protected-resource/mcp': { guard: 'open: says where tokens come from', ...OPEN },
    'GET /setup/style.css': { guard: 'open: a stylesheet', ...OPEN },
    'GET /signin/callback': { guard: 'the sealed cookie of the sign-in that was begun', nobody: 400, stranger: 400 },
    'POST /signout': { guard: 'ends only the session that comes along, with its CSRF token', ...OPEN },
    'GET /setup': { guard: 'visitor, then decide(credentials, page /setup)', nobody: 303, stranger: 403 },
    'POST /setup': { guard: 'visitor, then decide(credentials, page /setup)', nobody: 401, stranger: 403 },
    'GET /approve/:id': { guard: 'visitor, then decide(read, page /approve)', nobody: 303, stranger: 403 },
    'POST /approve/:id': { guard: 'visitor, then decide(read, page /approve)', nobody: 401, stranger: 403 },
    'POST /confirm': {
      guard: 'token, then the list of tools, which is decide(effect, tool)',
      nobody: 401,
      stranger: 403,
      body: JSON.stringify({ tool: 'provision-policy', params_hash: 'ab'.repeat(32) }),
    },
    'ALL /mcp': {
      guard: 'token, then by method: below',
      nobody: 401,
      stranger: 200,
      body: JSON.stringify(message('tools/list')),
    },
  };

  it('each have a row', () => {
    const routes = place.routes.map(({ method, path }) => `${method} ${path}`);
    expect(routes.toSorted()).toEqual(Object.keys(ROUTES).toSorted());
  });

  it.each(Object.entries(ROUTES))('%s', async (route, { nobody, stranger: known, body }) => {
    const [method = '', path = ''] = route.split(' ');
    const ask = (headers: Readonly<Record<string, string>>) =>
      fetch(place.origin + path.replace(':id', ID), {
        method: method === 'ALL' ? 'POST' : method,
        redirect: 'manual',
        headers: {
          ...headers,
          ...(body === undefined
            ? {}
            : { 'content-type': 'application/json', accept: 'application/json, text/event-stream' }),
          'mcp-protocol-version': '2026-07-28',
          'mcp-method': 'tools/list',
        },
        ...(body === undefined ? {} : { body }),
      });
    const answers = [await ask({}), await ask({ authorization: stranger })];
    expect(answers.map(({ status }) => status)).toEqual([nobody, known]);
    for (const answer of answers) {
      const text = await answer.text();
      for (const secret of [`:${place.simulator.port}`, place.simulator.apiKey, place.simulator.apiSecret])
        expect(text).not.toContain(secret);
    }
  });

  it('are not there under any other name', async () => {
    for (const path of ['/', '/metrics', '/setup/', '/mcp/x', '/admin', '/.well-known/openid-configuration'])
      expect([path, (await fetch(place.origin + path)).status]).toEqual([path, 401]);
  });
});

/** One request of the newest revision, or of a session of the older one; the answer is its result or error. */
async function asks(authorization: string, method: string, params: Json = {}): Promise<Json> {
  const body = message(method, params);
  const response = await fetch(`${place.origin}/mcp`, {
    method: 'POST',
    headers: {
      authorization,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': method,
      ...named(params),
    },
    body: JSON.stringify({
      ...body,
      params: {
        ...body.params,
        // oxlint-disable-next-line no-underscore-dangle -- the protocol's name
        _meta: { ...body.params._meta, 'io.modelcontextprotocol/clientCapabilities': TASKS },
      },
    }),
  });
  return read(response);
}

const TASKS = { extensions: { 'io.modelcontextprotocol/tasks': {} } };
async function read(response: Response): Promise<Json> {
  const text = await response.text();
  const line = text.split('\n').find((each) => each.startsWith('data: '));
  const { result, error } = JSON.parse(line === undefined ? text : line.slice('data: '.length)) as {
    readonly result?: Json;
    readonly error?: Json;
  };
  return result ?? { error };
}

/** The code of our own failure, wherever the protocol puts it. */
const failureOf = (answer: Json): unknown =>
  /"error":"(\w+)"/.exec(JSON.stringify(answer))?.[1] ?? (answer['error'] as Json | undefined)?.['code'];

describe('methods of the protocol', () => {
  const METHODS: Readonly<Record<string, string>> = {
    initialize: 'token: name, version, capabilities',
    'server/discover': 'token: name, version, capabilities',
    ping: 'token: nothing in it',
    'logging/setLevel': 'token: concerns the own session only',
    'subscriptions/listen': 'token: tells that something changed, not what',
    'tools/list': 'decide(effect, tool) for each tool',
    'tools/call': 'decide(effect, tool); a stored plan by decide(its effect, plan)',
    'prompts/list': 'the list of tools: prompts whose tools one is offered',
    'prompts/get': 'decide(read, prompt)',
    'resources/list': 'the list of tools; pages that hold nothing of a PCE for everybody',
    'resources/templates/list': 'the list of tools; pages that hold nothing of a PCE for everybody',
    'resources/read': 'tools/call of the tool that reads it; decide(read, resource) for pages',
    'completion/complete': 'decide(effect, tool) of the tool that reads the values',
    'tasks/get': 'bound to the principal of the call',
    'tasks/cancel': 'bound to the principal of the call',
    'tasks/update': 'bound to the principal of the call',
  };

  it('each have a row', async () => {
    const { settings } = loadConfig({ dotenv: '', environment: {} });
    const serving = createServing(settings, { log: silentLog });
    const principal = { issuer: 'i', subject: 's', role: null };
    const server = createMcpServer(serving.dispatcher, () => ({ principal }), silentLog);
    // The SDK has no public list of them.
    const handlers: unknown = Reflect.get(server, '_requestHandlers');
    if (!(handlers instanceof Map)) throw new Error('the SDK keeps its handlers elsewhere');
    // These two the SDK answers itself.
    const known = [...handlers.keys(), 'server/discover', 'subscriptions/listen'].map(String);
    expect(known.toSorted()).toEqual(Object.keys(METHODS).toSorted());
    await serving.close();
  });

  it('answer nobody', async () => {
    for (const method of Object.keys(METHODS)) {
      const response = await fetch(`${place.origin}/mcp`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
        body: JSON.stringify(message(method)),
      });
      expect([method, response.status, await response.json()]).toEqual([
        method,
        401,
        { error: 'missing_token', error_description: '' },
      ]);
    }
  });

  it('list nothing of a PCE to a stranger', async () => {
    expect(await asks(stranger, 'tools/list')).toMatchObject({ tools: [] });
    expect(await asks(stranger, 'prompts/list')).toMatchObject({ prompts: [] });
    const { resources } = (await asks(stranger, 'resources/list')) as {
      readonly resources: readonly { readonly uri: string }[];
    };
    expect(resources.map(({ uri }) => uri)).toEqual(pages.map(({ path }) => `illumio://${path}`));
    expect(await asks(stranger, 'resources/templates/list')).toMatchObject({
      resourceTemplates: [
        { uriTemplate: 'illumio://results/{cursor}' },
        { uriTemplate: 'illumio://results/{cursor}/csv{?from}' },
      ],
    });
  });

  it('refuse a stranger every tool', async () => {
    for (const { name, example } of catalogue) {
      const answer = await asks(stranger, 'tools/call', { name, arguments: example });
      expect([name, failureOf(answer)]).toEqual([name, 'forbidden_no_role']);
    }
  });

  it('refuse a stranger every prompt', async () => {
    for (const { name } of prompts)
      expect([name, failureOf(await asks(stranger, 'prompts/get', { name }))]).toEqual([name, 'forbidden_no_role']);
  });

  it('refuse a stranger every resource', async () => {
    for (const { path } of [...collections, ...pages]) {
      const uri = `illumio://${path}`;
      expect([uri, failureOf(await asks(stranger, 'resources/read', { uri }))]).toEqual([uri, 'forbidden_no_role']);
    }
  });

  it('refuse a stranger every completion', async () => {
    const fromPce = [
      ...prompts.flatMap(({ name, arguments: known }) =>
        Object.entries(known).flatMap(([argument, { completes }]) =>
          completes === undefined
            ? []
            : [{ ref: { type: 'ref/prompt', name }, argument: { name: argument, value: '' } }],
        ),
      ),
      ...collections.flatMap((collection) =>
        Object.entries(collection.filters).flatMap(([argument, values]) =>
          values === null
            ? []
            : [{ ref: { type: 'ref/resource', uri: templateOf(collection) }, argument: { name: argument, value: '' } }],
        ),
      ),
    ];
    expect(fromPce.length).toBeGreaterThan(10);
    for (const params of fromPce)
      expect([params, failureOf(await asks(stranger, 'completion/complete', params))]).toEqual([
        params,
        'forbidden_no_role',
      ]);
  });

  it('know no task that is not the caller’s', async () => {
    for (const method of ['tasks/get', 'tasks/cancel', 'tasks/update'])
      expect([method, await asks(stranger, method, { taskId: 'x'.repeat(60) })]).toMatchObject([
        method,
        { error: { code: -32_602 } },
      ]);
  });
});

describe('what one call hands to the next', () => {
  const as = async (login: string) => `Bearer ${await place.tokenOf(login)}`;

  it('a cursor is of no use to anybody else, as an argument or as a resource', async () => {
    const { cursor } = await place.call('ada', 'get-workloads');
    expect(cursor).toBeTypeOf('string');
    const uri = `illumio://results/${String(cursor)}`;
    for (const other of ['ben', 'stranger']) {
      const code = other === 'ben' ? 'invalid_cursor' : 'forbidden_no_role';
      expect(await place.call(other, 'get-workloads', { cursor })).toMatchObject({ error: code });
      expect(failureOf(await asks(await as(other), 'resources/read', { uri }))).toBe('invalid_cursor');
    }
    expect(await asks(await as('ada'), 'resources/read', { uri })).toHaveProperty('contents');
  });

  it('a plan is of no use to anybody else', async () => {
    const { plan_id: plan } = await place.call('ada', 'create-label', { key: 'app', value: 'of-ada', dry_run: true });
    for (const [other, code] of [
      ['ben', 'not_found'],
      ['rita', 'forbidden'],
      ['stranger', 'forbidden_no_role'],
    ])
      for (const tool of ['apply-plan', 'undo-change'])
        expect([tool, other, await place.call(String(other), tool, { plan_id: plan })]).toMatchObject([
          tool,
          other,
          { error: code },
        ]);
  });

  it('an approval page is for nobody else', async () => {
    const { approval_url: url } = await place.call('ada', 'delete-pce-credentials');
    const other = await place.signedIn('ben', String(url).slice(place.origin.length));
    expect((await other.get(String(url))).status).toBe(404);
  });
});

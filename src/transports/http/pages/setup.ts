import { randomUUID } from 'node:crypto';
import { type Context, Hono } from 'hono';
import { html } from 'hono/html';
import type { AuditRecorder } from '../../../access/audit/recorder.ts';
import type { Decide } from '../../../access/decide.ts';
import type { Principal } from '../../../core/authority.ts';
import type { Clock } from '../../../core/clock.ts';
import { asFailure, Failure } from '../../../core/errors.ts';
import { Secret } from '../../../core/secret.ts';
import type { KeyDesk, NewKey, RegisteredKey } from '../../../dispatch/keys.ts';
import type { HttpEnv, HttpRoutes } from '../env.ts';
import { type Markup, page, type Urls } from './html.ts';
import { pageEntry } from './record.ts';
import { isOwnForm, type Visitor, visitorOf, type VisitorOptions } from './visitor.ts';

export interface SetupOptions {
  readonly urls: Urls;
  readonly visitors: VisitorOptions;
  readonly decide: Decide;
  readonly keys: (principal: Principal) => KeyDesk;
  /** Asks the PCE with the key in force. */
  readonly test: (principal: Principal, signal: AbortSignal) => Promise<Tested>;
  readonly recorder: AuditRecorder;
  readonly clock: Clock;
}

/** The PCE that answered. */
export interface Tested {
  readonly host: string;
  readonly version: string;
  readonly latencyMs: number;
}

type Form = Readonly<Record<string, unknown>>;

/** `/setup`: where people register, test, replace and delete their own PCE key, without a model in between. */
export function setupRoutes(options: SetupOptions): HttpRoutes {
  const { urls, visitors, decide, keys, recorder, clock } = options;
  const routes: HttpRoutes = new Hono();

  routes.get('/setup', async (context) => {
    const visitor = await admitted(context);
    if (visitor instanceof Response) return visitor;
    return show(context, visitor);
  });

  routes.post('/setup', async (context) => {
    const visitor = await admitted(context);
    if (visitor instanceof Response) return visitor;
    const form: Form = await context.req.parseBody().catch(() => ({}));
    if (!isOwnForm(context, visitor, form['csrf'], visitors.origin))
      return show(context, visitor, alert('This form is too old, or not ours. Nothing was done.'), 403);
    const { principal } = visitor;
    const requestId = context.get('requestId');
    const action = form['action'] ?? 'register';
    const about = action === 'delete' || action === 'test' ? action : 'register';
    const callId = randomUUID();
    const record = (rest: Partial<ReturnType<typeof pageEntry>>) =>
      recorder.write({ ...pageEntry({ principal, what: '/setup', about, requestId, clock }), callId, ...rest });
    try {
      if (about !== 'test') await record({ phase: 'begun', effect: 'credentials' });
      const done = await perform(about, form, principal, context.req.raw.signal);
      await record({ effect: 'credentials', outcome: 'ok' });
      return await show(context, visitor, html`<p role="status">${done}</p>`);
    } catch (error) {
      const failure = asFailure(error);
      if (failure.code === 'internal') throw error;
      await record({ effect: 'credentials', outcome: failure.code, decision: 'error' }).catch(() => {});
      return show(context, visitor, alert(`${failure.message} ${failure.remedy}`), 400, form);
    }
  });

  return routes;

  async function admitted(context: Context<HttpEnv>): Promise<Visitor | Response> {
    const visitor = await visitorOf(context, '/setup', visitors);
    if (visitor instanceof Response) return visitor;
    const decision = decide(visitor.principal, 'credentials', { kind: 'tool', name: '/setup' });
    if (decision.allowed) return visitor;
    const { message, remedy } = decision.failure;
    return context.html(page(urls, 'Not allowed', html`<h1>Not allowed</h1>${alert(`${message} ${remedy}`)}`), 403);
  }

  async function perform(
    action: 'register' | 'delete' | 'test',
    form: Form,
    principal: Principal,
    signal: AbortSignal,
  ): Promise<string> {
    const desk = keys(principal);
    if (action === 'delete')
      return (await desk.remove()) ? 'Your key was deleted here. Delete it on the PCE too.' : 'There was no key.';
    if (action === 'test') {
      const { host, version, latencyMs } = await options.test(principal, signal);
      return `The key works: ${host}, version ${version}, answered in ${Math.round(latencyMs)} ms.`;
    }
    const { host, port, orgId } = await desk.register(keyIn(form), signal);
    return `The key works and is registered for ${host}:${port}, org ${orgId}.`;
  }

  async function show(
    context: Context<HttpEnv>,
    { principal, csrf }: Visitor,
    told?: Markup,
    status: 200 | 400 | 403 = 200,
    form: Form = {},
  ) {
    const key = await keys(principal).find();
    const hidden = csrf === null ? '' : html`<input type="hidden" name="csrf" value="${csrf}">`;
    const body = html`<h1>Your PCE key</h1>
${told ?? ''}
<p class="soft">Signed in as ${principal.subject}. The key is kept encrypted and used only for your own calls.</p>
${key === null ? html`<p>No key is registered.</p>` : registered(key, hidden)}
<h2>${key === null ? 'Register a key' : 'Replace it'}</h2>
${entry(form, key, hidden)}`;
    return context.html(page(urls, 'Your PCE key', body), status);
  }
}

const alert = (message: string): Markup => html`<p role="alert">${message}</p>`;

const registered = (key: RegisteredKey, hidden: Markup | string): Markup => html`<dl>
<dt>PCE</dt><dd>${key.host}:${key.port}, org ${key.orgId}</dd>
<dt>TLS</dt><dd>${key.tlsVerify ? 'certificate checked' : 'certificate not checked'}</dd>
${key.label === null ? '' : html`<dt>Note</dt><dd>${key.label}</dd>`}
<dt>Registered</dt><dd>${new Date(key.createdMs).toISOString()}</dd>
<dt>Last used</dt><dd>${key.lastUsedMs === null ? 'never' : new Date(key.lastUsedMs).toISOString()}</dd>
</dl>
<form class="inline" method="post">${hidden}<button class="plain" name="action" value="test">Test it</button></form>
<form class="inline" method="post">${hidden}<button class="plain" name="action" value="delete">Delete it</button></form>`;

/** What was typed stays, the key and its secret do not. */
function entry(form: Form, key: RegisteredKey | null, hidden: Markup | string): Markup {
  const value = (name: string, otherwise: string) => textOf(form, name) || otherwise;
  return html`<form method="post">${hidden}
<div class="row">
<div><label for="host">PCE host</label>
<input id="host" name="pce_host" type="text" required autocomplete="off" spellcheck="false" value="${value('pce_host', key?.host ?? '')}" aria-describedby="host-help"></div>
<div><label for="port">Port</label>
<input id="port" name="pce_port" type="number" min="1" max="65535" required value="${value('pce_port', String(key?.port ?? 8443))}"></div>
<div><label for="org">Org</label>
<input id="org" name="pce_org_id" type="text" inputmode="numeric" required value="${value('pce_org_id', key?.orgId ?? '1')}"></div>
</div>
<p id="host-help" class="soft">The name only, for example pce.example.com</p>
<label for="key">API key id</label>
<input id="key" name="api_key" type="text" required autocomplete="off" spellcheck="false" placeholder="api_…">
<label for="secret">API key secret</label>
<input id="secret" name="api_secret" type="password" required autocomplete="off">
<label for="note">Note (optional)</label>
<input id="note" name="label" type="text" maxlength="100" value="${value('label', key?.label ?? '')}">
<label class="inline"><input name="tls_verify" type="checkbox" value="yes" ${form['tls_verify'] === undefined && textOf(form, 'pce_host') !== '' ? '' : 'checked'}> Check the certificate of the PCE</label>
<button name="action" value="register">Try and register</button>
</form>`;
}

const textOf = (form: Form, name: string): string => {
  const value = form[name];
  return typeof value === 'string' ? value.trim() : '';
};

function keyIn(form: Form): NewKey {
  const missing = ['pce_host', 'pce_port', 'pce_org_id', 'api_key', 'api_secret'].filter(
    (name) => textOf(form, name) === '',
  );
  const port = Number(textOf(form, 'pce_port'));
  if (missing.length > 0 || !Number.isInteger(port) || port < 1 || port > 65_535)
    throw new Failure('invalid_arguments', {
      message: missing.length > 0 ? `Bad form: ${missing.join(', ')} missing.` : 'Bad form: pce_port is no port.',
      remedy: 'Nothing was stored.',
    });
  const label = textOf(form, 'label');
  return {
    host: textOf(form, 'pce_host'),
    port,
    orgId: textOf(form, 'pce_org_id'),
    apiKey: new Secret(textOf(form, 'api_key')),
    apiSecret: new Secret(textOf(form, 'api_secret')),
    tlsVerify: form['tls_verify'] !== undefined,
    label: label === '' ? null : label,
  };
}

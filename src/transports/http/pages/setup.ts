import { randomUUID } from 'node:crypto';
import { type Context, Hono } from 'hono';
import { html } from 'hono/html';
import type { AuditRecorder } from '../../../access/audit/recorder.ts';
import type { Decide } from '../../../access/decide.ts';
import type { Principal } from '../../../core/authority.ts';
import type { Clock } from '../../../core/clock.ts';
import { asFailure, Failure } from '../../../core/errors.ts';
import { Secret } from '../../../core/secret.ts';
import type { KeyDesk, NewKey } from '../../../dispatch/keys.ts';
import type { HttpEnv, HttpRoutes } from '../env.ts';
import { type Form, textOf } from './form.ts';
import { alert, done, type Markup, page, type Urls } from './html.ts';
import { pageEntry } from './record.ts';
import { setupView } from './setup-view.ts';
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
    if (!isOwnForm(context, visitor, form['csrf'], urls))
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
      const became = await perform(about, form, principal, context.req.raw.signal);
      await record({ effect: 'credentials', outcome: 'ok' });
      return await show(context, visitor, done(became));
    } catch (error) {
      const failure = asFailure(error);
      if (failure.code === 'internal') throw error;
      await record({ effect: 'credentials', outcome: failure.code, decision: 'error' }).catch(() => {});
      return show(context, visitor, alert(failure.message, failure.remedy), 400, form);
    }
  });

  return routes;

  async function admitted(context: Context<HttpEnv>): Promise<Visitor | Response> {
    const visitor = await visitorOf(context, '/setup', visitors);
    if (visitor instanceof Response) return visitor;
    const decision = decide(visitor.principal, 'credentials', { kind: 'page', name: '/setup' });
    if (decision.allowed) return visitor;
    const { message, remedy } = decision.failure;
    return context.html(page(urls, 'Not allowed', html`<h1>Not allowed</h1>${alert(message, remedy)}`), 403);
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
    const desk = keys(principal);
    const body = setupView({
      subject: principal.subject,
      key: await desk.find(),
      hasShared: desk.mode === 'hybrid',
      form,
      told,
      hidden: csrf === null ? '' : html`<input type="hidden" name="csrf" value="${csrf}">`,
      signOut: csrf === null ? undefined : `${urls.base}/signout`,
    });
    return context.html(page(urls, status === 200 ? 'Your PCE key' : 'Error: your PCE key', body), status);
  }
}

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

import { html } from 'hono/html';
import type { RegisteredKey } from '../../../dispatch/keys.ts';
import { type Form, textOf } from './form.ts';
import { type Markup, moment } from './html.ts';

export interface SetupView {
  readonly subject: string;
  /** The one in the key store; null: none. */
  readonly key: RegisteredKey | null;
  /** Whether the server has a key for those without one. */
  readonly hasShared: boolean;
  /** What was typed, where it has to be corrected. */
  readonly form: Form;
  /** What became of the form that was sent. */
  readonly told: Markup | undefined;
  /** The CSRF token of every form. */
  readonly hidden: Markup | string;
  /** Where to sign out; undefined: the visitor came with a token and signed in nowhere. */
  readonly signOut: string | undefined;
}

/** `/setup` as a person sees it: what is registered, what can be done with it, and the form for another key. */
export const setupView = ({
  subject,
  key,
  hasShared,
  form,
  told,
  hidden,
  signOut,
}: SetupView): Markup => html`<h1>Your PCE key</h1>
${told ?? ''}
<p class="soft">Signed in as ${subject}. The key is kept encrypted and used only for your own calls.</p>
${key === null ? html`<p>No key is registered.</p>` : registered(key, hasShared, hidden)}
<h2>${key === null ? 'Register a key' : 'Replace it'}</h2>
${entry(form, key, hidden)}
${signOut === undefined ? '' : html`<form class="end" method="post" action="${signOut}">${hidden}<button class="plain">Sign out</button></form>`}`;

const registered = (key: RegisteredKey, hasShared: boolean, hidden: Markup | string): Markup => html`<dl>
<dt>PCE</dt><dd>${key.host}:${key.port}, org ${key.orgId}</dd>
<dt>TLS</dt><dd>${key.tlsVerify ? 'certificate checked' : 'certificate not checked'}</dd>
${key.label === null ? '' : html`<dt>Note</dt><dd>${key.label}</dd>`}
<dt>Registered</dt><dd>${moment(key.createdMs)}</dd>
<dt>Last used</dt><dd>${key.lastUsedMs === null ? 'never' : moment(key.lastUsedMs)}</dd>
</dl>
<form method="post">${hidden}<button class="plain" name="action" value="test">Test it</button></form>
<details><summary>Delete it</summary>
<p>${hasShared ? 'Your calls then use the key that this server has for everybody.' : 'The assistant can do nothing for you until you register another key.'}</p>
<form method="post">${hidden}<button class="bad" name="action" value="delete">Delete the key</button></form>
</details>`;

/** What was typed stays, the key and its secret do not. */
function entry(form: Form, key: RegisteredKey | null, hidden: Markup | string): Markup {
  const value = (name: string, otherwise: string) => textOf(form, name) || otherwise;
  // A box that is not ticked is not sent.
  const wasSent = textOf(form, 'pce_host') !== '';
  const checked = wasSent ? form['tls_verify'] !== undefined : (key?.tlsVerify ?? true);
  return html`<form method="post">${hidden}
<div class="row">
<div><label for="host">PCE host</label>
<input id="host" name="pce_host" type="text" required autocomplete="off" spellcheck="false" value="${value('pce_host', key?.host ?? '')}" aria-describedby="host-help">
<p id="host-help" class="help">The name only, for example pce.example.com</p></div>
<div><label for="port">Port</label>
<input id="port" name="pce_port" type="number" min="1" max="65535" required value="${value('pce_port', String(key?.port ?? 8443))}"></div>
<div><label for="org">Org</label>
<input id="org" name="pce_org_id" type="text" inputmode="numeric" required value="${value('pce_org_id', key?.orgId ?? '1')}"></div>
</div>
<label for="key">API key id</label>
<input id="key" name="api_key" type="text" required autocomplete="off" spellcheck="false" placeholder="api_…" aria-describedby="key-help">
<p id="key-help" class="help">In the PCE: your name, My API Keys, Add</p>
<label for="secret">API key secret</label>
<input id="secret" name="api_secret" type="password" required autocomplete="off">
<label for="note">Note (optional)</label>
<input id="note" name="label" type="text" maxlength="100" autocomplete="off" value="${value('label', key?.label ?? '')}">
<label class="inline"><input name="tls_verify" type="checkbox" value="yes" ${checked ? 'checked' : ''}> Check the certificate of the PCE</label>
<button name="action" value="register">Try and register</button>
</form>`;
}

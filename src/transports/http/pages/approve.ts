import { type Context, Hono } from 'hono';
import { html } from 'hono/html';
import type { AuditRecorder } from '../../../access/audit/recorder.ts';
import type { Approval, Confirmations, Confirmer, PreviewSection } from '../../../access/confirm/confirmations.ts';
import type { Decide } from '../../../access/decide.ts';
import type { Clock } from '../../../core/clock.ts';
import type { HttpEnv, HttpRoutes } from '../env.ts';
import type { Form } from './form.ts';
import { alert, done, type Markup, moment, page, type Urls } from './html.ts';
import { pageEntry } from './record.ts';
import { isOwnForm, type Visitor, visitorOf, type VisitorOptions } from './visitor.ts';

export interface ApproveOptions {
  readonly urls: Urls;
  readonly visitors: VisitorOptions;
  readonly decide: Decide;
  readonly confirmations: Confirmations;
  readonly recorder: AuditRecorder;
  /** Only who signed in no longer ago may approve; undefined: everybody with a session. */
  readonly freshAuthSeconds?: number | undefined;
  readonly clock: Clock;
}

const GONE = 'There is nothing to approve here: it was decided already, has expired, or is not for you.';

/** `/approve/…`: where a person sees what a call would change and says yes or no. A model cannot: it has no browser that is signed in. */
export function approveRoutes(options: ApproveOptions): HttpRoutes {
  const { urls, visitors, decide, confirmations, recorder, clock } = options;
  const routes: HttpRoutes = new Hono();

  routes.get('/approve/:id', async (context) => {
    const id = context.req.param('id');
    const visitor = await admitted(context, id);
    if (visitor instanceof Response) return visitor;
    const approval = await shownTo(visitor, id);
    if (approval?.state !== 'open') return refusal(context, 404, 'Nothing to approve', GONE);
    return context.html(page(urls, 'Approve a change', question(approval, visitor)));
  });

  routes.post('/approve/:id', async (context) => {
    const id = context.req.param('id');
    const visitor = await admitted(context, id);
    if (visitor instanceof Response) return visitor;
    const form: Form = await context.req.parseBody().catch(() => ({}));
    // A person's approval is given in a browser; a token alone may be in the hands of the model (attack 20).
    if (visitor.csrf === null || !isOwnForm(context, visitor, form['csrf'], urls))
      return refusal(context, 403, 'Not approved', 'This form is too old, or not ours. Nothing was approved.');
    const { principal, person } = visitor;
    const verdict = form['verdict'] === 'approve' ? 'approve' : 'deny';
    const approval = await shownTo(visitor, id);
    if (approval === null) return refusal(context, 404, 'Nothing to approve', GONE);
    const about = `${verdict} ${approval.tool} of ${approval.subject}`;
    const requestId = context.get('requestId');
    // First the record, then the verdict: an approval nobody can find later must not count.
    await recorder.write(
      pageEntry({
        principal,
        what: '/approve',
        about,
        requestId,
        confirmationId: id,
        decision: verdict === 'approve' ? 'allowed' : 'denied',
        clock,
      }),
    );
    switch (await confirmations.judge(id, person, verdict)) {
      case 'approved':
        return told(context, 'Approved', 'Approved. The assistant can now repeat the call; it counts once.');
      case 'denied':
        return told(context, 'Denied', 'Denied. The assistant is told so when it repeats the call.');
      case 'not_yours':
        return refusal(context, 403, 'Not yours to approve', 'Somebody else must approve this change.');
      default:
        return refusal(context, 404, 'Nothing to approve', GONE);
    }
  });

  return routes;

  async function admitted(context: Context<HttpEnv>, id: string): Promise<Visitor | Response> {
    const visitor = await visitorOf(context, `/approve/${id}`, visitors, options.freshAuthSeconds);
    if (visitor instanceof Response) return visitor;
    const decision = decide(visitor.principal, 'read', { kind: 'page', name: '/approve' });
    if (decision.allowed) return visitor;
    return refusal(context, 403, 'Not allowed', decision.failure.message, decision.failure.remedy);
  }

  /** Who is limited to labels sees no change of somebody else: it may lie outside. */
  async function shownTo({ principal, person }: Visitor, id: string): Promise<Approval | null> {
    const approval = await confirmations.look(id, person);
    const isOwn = approval?.issuer === principal.issuer && approval.subject === principal.subject;
    return principal.labelScope && !isOwn ? null : approval;
  }

  function told(context: Context<HttpEnv>, title: string, text: string) {
    return context.html(page(urls, title, html`<h1>${title}</h1>${done(text)}`));
  }

  function refusal(context: Context<HttpEnv>, status: 403 | 404, title: string, ...sentences: readonly string[]) {
    return context.html(page(urls, title, html`<h1>${title}</h1>${alert(...sentences)}`), status);
  }
}

const question = (approval: Approval, { person, csrf }: Visitor): Markup => html`<h1>Approve a change?</h1>
<p>${approval.preview.says}</p>
<dl>
<dt>Tool</dt><dd>${approval.tool}</dd>
<dt>Asked by</dt><dd>${approval.subject}${approval.subject === person.subject ? ' (you)' : ''}</dd>
<dt>Until</dt><dd>${moment(approval.expiresMs)}</dd>
</dl>
${approval.preview.sections.map((section) => shown(section))}
${judging(approval, person, csrf)}`;

const shown = ({ title, entries }: PreviewSection): Markup => html`<h2>${title}</h2>
<ul>${entries.map(
  ({ text, details }) =>
    html`<li>${text}${details.length === 0 ? '' : html`<div class="diff">${details.map(difference)}</div>`}</li>`,
)}</ul>`;

/** `what: before → after` as two lines, one below the other. */
function difference(detail: string): Markup {
  const [, what = '', before, after] = /^([^→]*?: )([^→]*) → ([^→]*)$/.exec(detail) ?? [];
  if (before === undefined || after === undefined) return html`<p>${detail}</p>`;
  return html`<p><del>${what}${before}</del></p><p><ins>${what}${after}</ins></p>`;
}

function judging({ mayJudge }: Approval, { subject }: Confirmer, csrf: string | null): Markup {
  if (csrf === null) return alert('Open this page in a browser and sign in to approve.');
  if (!mayJudge) return alert('Somebody else must approve this change: send them the address of this page.');
  return html`<form method="post"><input type="hidden" name="csrf" value="${csrf}">
<button name="verdict" value="approve">Approve</button>
<button class="plain" name="verdict" value="deny">Deny</button></form>
<p class="soft">Signed in as ${subject}. Your answer is recorded.</p>`;
}

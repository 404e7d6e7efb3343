import { Hono } from 'hono';
import { html } from 'hono/html';
import type { AuditRecorder } from '../../../access/audit/recorder.ts';
import type { Approval, Confirmations, Confirmer } from '../../../access/confirm/confirmations.ts';
import type { Clock } from '../../../core/clock.ts';
import type { HttpRoutes } from '../env.ts';
import { type Markup, page, type Urls } from './html.ts';
import { pageEntry } from './record.ts';
import { isOwnForm, visitorOf, type VisitorOptions } from './visitor.ts';

export interface ApproveOptions {
  readonly urls: Urls;
  readonly visitors: VisitorOptions;
  readonly confirmations: Confirmations;
  readonly recorder: AuditRecorder;
  readonly clock: Clock;
}

const GONE = 'There is nothing to approve here: it was decided already, has expired, or is not for you.';

/** `/approve/…`: where a person sees what a call would change and says yes or no. A model cannot: it has no browser that is signed in. */
export function approveRoutes({ urls, visitors, confirmations, recorder, clock }: ApproveOptions): HttpRoutes {
  const routes: HttpRoutes = new Hono();

  routes.get('/approve/:id', async (context) => {
    const id = context.req.param('id');
    const visitor = await visitorOf(context, `/approve/${id}`, visitors);
    if (visitor instanceof Response) return visitor;
    const approval = await confirmations.look(id, visitor.person);
    if (approval?.state !== 'open') return context.html(note('Nothing to approve', GONE), 404);
    return context.html(page(urls, 'Approve a change', question(approval, visitor.person, visitor.csrf)));
  });

  routes.post('/approve/:id', async (context) => {
    const id = context.req.param('id');
    const visitor = await visitorOf(context, `/approve/${id}`, visitors);
    if (visitor instanceof Response) return visitor;
    const form: Readonly<Record<string, unknown>> = await context.req.parseBody().catch(() => ({}));
    // A person's approval is given in a browser; a token alone may be in the hands of the model (attack 20).
    if (visitor.csrf === null || !isOwnForm(context, visitor, form['csrf'], visitors.origin))
      return context.html(note('Not approved', 'This form is too old, or not ours. Nothing was approved.'), 403);
    const { principal, person } = visitor;
    const verdict = form['verdict'] === 'approve' ? 'approve' : 'deny';
    const approval = await confirmations.look(id, person);
    if (approval === null) return context.html(note('Nothing to approve', GONE), 404);
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
        return context.html(note('Approved', 'Approved. The assistant can now repeat the call; it counts once.'));
      case 'denied':
        return context.html(note('Denied', 'Denied. The assistant is told so when it repeats the call.'));
      case 'not_yours':
        return context.html(note('Not yours to approve', 'Somebody else must approve this change.'), 403);
      default:
        return context.html(note('Nothing to approve', GONE), 404);
    }
  });

  return routes;

  function note(title: string, text: string): Markup {
    return page(urls, title, html`<h1>${title}</h1><p role="status">${text}</p>`);
  }
}

const question = (
  approval: Approval,
  { subject }: Confirmer,
  csrf: string | null,
): Markup => html`<h1>Approve a change?</h1>
<p>${approval.preview.says}</p>
<dl>
<dt>Tool</dt><dd>${approval.tool}</dd>
<dt>Asked by</dt><dd>${approval.subject}${approval.subject === subject ? ' (you)' : ''}</dd>
<dt>Until</dt><dd>${new Date(approval.expiresMs).toISOString()}</dd>
</dl>
${approval.preview.lines.length === 0 ? '' : html`<h2>What it would do</h2><pre>${approval.preview.lines.join('\n')}</pre>`}
${
  csrf === null
    ? html`<p role="alert">Open this page in a browser and sign in to approve.</p>`
    : html`<form method="post"><input type="hidden" name="csrf" value="${csrf}">
<button name="verdict" value="approve">Approve</button>
<button class="plain" name="verdict" value="deny">Deny</button></form>`
}`;

import { html } from 'hono/html';

/** Markup in which every value has been escaped by `html`. */
export type Markup = ReturnType<typeof html>;

export interface Urls {
  /** Where browsers find the pages, without a slash at the end. */
  readonly base: string;
}

/**
 * A page for people. No script; one stylesheet of our own. `goTo`: one of our pages, gone to at once. The referrer policy of the header,
 * `no-referrer`, would make browsers send forms with `Origin: null` (Fetch §3.2), which is refused; this one keeps other sites from
 * learning anything too.
 */
export const page = ({ base }: Urls, title: string, body: Markup, goTo?: string): Markup => html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<meta name="referrer" content="same-origin">
${goTo === undefined ? '' : html`<meta http-equiv="refresh" content="0;url=${goTo}">`}
<title>${title} · illumio-mcp</title>
<link rel="stylesheet" href="${base}/setup/style.css">
</head>
<body>
<main>
<p class="brand">illumio-mcp</p>
${body}
</main>
</body>
</html>`;

/** What a form that was sent did not do, and why. Each sentence ends, whoever wrote it. */
export const alert = (...sentences: readonly string[]): Markup =>
  html`<p role="alert" tabindex="-1" autofocus>${sentences.map(ended).join(' ')}</p>`;

/** What a form that was sent did. Focused, because screen readers pass over what was there when the page loaded. */
export const done = (sentence: string): Markup => html`<p role="status" tabindex="-1" autofocus>${sentence}</p>`;

const ended = (sentence: string): string => (/[.!?…]$/.test(sentence) ? sentence : `${sentence}.`);

/** A time as people read it, to the minute. */
export function moment(ms: number): Markup {
  const iso = new Date(ms).toISOString();
  return html`<time datetime="${iso}">${iso.slice(0, 16).replace('T', ' ')} UTC</time>`;
}

export const STYLE = `
:root { color-scheme: light dark; --ink: #1b2430; --soft: #55606e; --paper: #f5f6f8; --card: #fff; --line: #cdd3da;
  --accent: #b34700; --on-accent: #fff; --bad: #a3131f; --on-bad: #fff; --good: #14683a; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e8ebef; --soft: #a9b3bf; --paper: #14181d; --card: #1d232a; --line: #3b444f;
    --accent: #ff9a57; --on-accent: #1b1005; --bad: #ff8f97; --on-bad: #1b1005; --good: #7fd6a4; } }
* { box-sizing: border-box; accent-color: var(--accent); }
body { margin: 0; background: var(--paper); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; }
main { max-width: 44rem; margin: 3rem auto; padding: 2rem; background: var(--card); border: 1px solid var(--line);
  border-radius: .75rem; }
@media (max-width: 46rem) { main { margin: 0; border: 0; border-radius: 0; } }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 1rem; }
h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
.brand { color: var(--accent); font-weight: 600; margin: 0 0 .5rem; }
.soft, ::placeholder { color: var(--soft); opacity: 1; }
.help { color: var(--soft); font-size: .9rem; margin: .25rem 0 0; }
label { display: block; font-weight: 600; margin: 1rem 0 .25rem; }
label.inline { font-weight: 400; }
input[type=text], input[type=password], input[type=number] { width: 100%; padding: .6rem .7rem; font: inherit; color: inherit;
  background: var(--paper); border: 1px solid var(--soft); border-radius: .4rem; }
.row { display: grid; grid-template-columns: 2fr 1fr 1fr; gap: 1rem; }
@media (max-width: 30rem) { .row { grid-template-columns: 1fr; gap: 0; } }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
[role]:focus-visible { outline: none; }
button { font: inherit; font-weight: 600; padding: .6rem 1.1rem; margin: 1.25rem .5rem 0 0; border-radius: .4rem; cursor: pointer;
  border: 1px solid var(--accent); background: var(--accent); color: var(--on-accent); }
button.plain { background: transparent; color: var(--ink); border-color: var(--soft); }
button.bad { border-color: var(--bad); background: var(--bad); color: var(--on-bad); }
summary { width: max-content; margin: 1rem 0 0; font-weight: 600; cursor: pointer; }
form.end { margin-top: 2rem; border-top: 1px solid var(--line); }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1.5rem; }
dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; }
ul { padding-left: 1.25rem; margin: .5rem 0; } li { margin: .35rem 0; overflow-wrap: anywhere; }
.diff { font: .85rem/1.45 ui-monospace, monospace; padding: .5rem .75rem; margin: .35rem 0; background: var(--paper);
  border: 1px solid var(--line); border-radius: .4rem; } .diff p { margin: 0; }
del, ins { text-decoration: none; } del { color: var(--bad); } ins { color: var(--good); }
del::before { content: '\\2212\\a0'; } ins::before { content: '+\\a0'; }
[role=alert], [role=status] { padding: .75rem 1rem; border-left: .3rem solid var(--bad); background: var(--paper); }
[role=status] { border-color: var(--good); }
`;

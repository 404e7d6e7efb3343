import { draftHref, href } from '../../core/href.ts';
import { Failure } from '../../core/errors.ts';
import { envelope } from '../envelope.ts';
import { described, integer, text, texts } from '../fields.ts';
import { plural } from '../listing.ts';
import { present } from '../present.ts';
import { draftWords } from '../policy/ref-words.ts';
import { changeCount, impactItem, type ImpactRow } from '../segmentation/impact-rows.ts';
import { lastDays, policyImpact, provisioned } from '../segmentation/policy-impact.ts';
import { readPolicy } from '../segmentation/policy-reading.ts';
import { defineTool } from '../tool.ts';
import { authorNames } from './authors.ts';
import { compareVersions } from './compare-versions.ts';
import { policyChangeFields, type PolicyChangeRow, policyChangeRows } from './policy-change-row.ts';
import { reviewChecks, reviewVerdict } from './review-checks.ts';
import { draftFindings } from './review-findings.ts';
import { flowText, reviewColumns, type ReviewRow, standingDenies } from './review-rows.ts';
import { hrefNames } from './wire-text.ts';

const DEFAULT_DAYS = 30;

export default defineTool({
  name: 'review-draft',
  title: 'Review the draft',
  description:
    'Reviews pending draft changes before provisioning: risks, flows blocked or let through, author, field differences, checklist. Provisions nothing: provision-policy.',
  toolset: 'lifecycle',
  effect: 'read',
  input: {
    type: 'object',
    properties: {
      hrefs: described(texts, 'Pending objects; without: everything'),
      author: described(text, 'Only what this user changed last'),
      lookback_days: described({ ...integer, minimum: 1 }, 'Days of traffic (default 30)'),
    },
  },
  output: envelope(
    { section: text, severity: text, says: text, ...policyChangeFields, ...impactItem },
    {
      pending: integer,
      high: integer,
      medium: integer,
      will_break: changeCount,
      may_break: changeCount,
      newly_allowed: changeCount,
      loses_rule: changeCount,
      gains_rule: changeCount,
      workloads_touched: integer,
      newly_blocked_rows: integer,
      judged_edges: integer,
    },
    {
      extra: {
        verdict: text,
        checklist: {
          type: 'array',
          items: { type: 'object', properties: { check: text, result: text, detail: text } },
        },
        authors: texts,
        agreement: text,
      },
    },
  ),
  example: { lookback_days: 30 },
  columns: reviewColumns,

  async run({ hrefs = [], author: wanted, lookback_days: days = DEFAULT_DAYS }, context) {
    const { signal, progress, pce } = context;
    const reader = (await context.changes()).pce;
    const { changes } = await compareVersions('active', 'draft', { pce: reader, signal, onProgress: progress });
    const asked = new Set(hrefs.map((one) => draftHref(href(one))));
    const [names, author] = await Promise.all([
      hrefNames(pce, signal),
      authorNames(
        changes.map(({ change }) => change.by),
        reader,
        signal,
      ),
    ]);
    const reviewed = changes.filter(
      ({ change }) =>
        (asked.size === 0 || asked.has(href(change.href))) &&
        (wanted === undefined || change.by === wanted || (author(change.by) ?? '').includes(wanted)),
    );
    const missing = [...asked].filter((one) => !changes.some(({ change }) => change.href === one));
    if (missing.length > 0)
      throw new Failure('not_found', {
        message: `${plural(missing.length, 'href')} not pending.`,
        remedy: 'Give hrefs that compare-draft-active lists.',
        data: { not_pending: missing },
      });
    if (reviewed.length === 0)
      return {
        answer: 'Nothing of that is pending: there is nothing to review.',
        items: [],
        totals: { pending: 0 },
        coverage: { rows_read: changes.length, truncated: false, gaps: [] },
        extra: { verdict: 'nothing_pending' },
      };
    const chosen = new Set(reviewed.map(({ change }) => change.href));
    const active = await readPolicy('active', context);
    const draft = await readPolicy('draft', context);
    const then = provisioned(active, draft, [...chosen]);
    const impact = await policyImpact(context, active, then, lastDays(context.clock, days), {
      besides: ['already_blocked'],
    });
    const words = await draftWords([...active.ruleSets, ...draft.ruleSets], context);
    const findings = draftFindings(active.objects, draft.objects, chosen, words);
    const authors = [...new Set(reviewed.map(({ change }) => author(change.by) ?? 'unknown'))].sort();
    const checklist = reviewChecks(findings, impact, authors);
    const verdict = reviewVerdict(checklist);
    const high = findings.filter(({ severity }) => severity === 'high').length;
    const changed = impact.rows.filter(isChanged);
    const items: ReviewRow[] = [
      ...findings.map(({ severity, object, href: where, says }) => ({
        section: 'risk',
        severity,
        name: object,
        href: where,
        says,
      })),
      ...changed.map((row) => ({ section: 'flows', says: flowText(row), ...row })),
      ...reviewed
        .flatMap((one): readonly PolicyChangeRow[] => policyChangeRows(one, { names, author }))
        .map((row) => ({ section: 'change', says: row.diff.join('; '), ...row })),
      ...standingDenies(impact.rows),
    ];
    const first = findings[0];
    return {
      answer: [
        `${plural(reviewed.length, 'pending object')}: ${verdict.replaceAll('_', ' ')} (${high} high, ${findings.length - high} medium).`,
        first === undefined ? '' : `Worst: ${first.object}: ${first.says}.`,
        impact.sentence,
      ]
        .filter((part) => part !== '')
        .join(' '),
      items,
      totals: { pending: reviewed.length, high, medium: findings.length - high, ...impact.totals },
      coverage: impact.coverage,
      extra: { verdict, checklist, authors, ...present({ agreement: impact.agreement }) },
      next: [verdict === 'ready' ? 'provision-policy dry_run=true' : 'revert-draft takes single changes back.'],
      evidence: reviewed.map(({ change }) => change.href),
    };
  },
});

const isChanged = ({ change }: ImpactRow): boolean => change !== 'already_blocked';

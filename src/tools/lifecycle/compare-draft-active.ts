import type { Answer } from '../../answer/answer.ts';
import type { PolicyChange } from '../../changes/policy-objects.ts';
import { changeSubset } from '../../changes/wire.ts';
import { envelope } from '../envelope.ts';
import { described, integer, oneOf, text } from '../fields.ts';
import { compareText, plural } from '../listing.ts';
import { present } from '../present.ts';
import { defineTool } from '../tool.ts';
import { authorNames } from './authors.ts';
import { compareVersions } from './compare-versions.ts';
import {
  policyChangeColumns,
  policyChangeFields,
  type PolicyChangeRow,
  policyChangeRows,
} from './policy-change-row.ts';
import { impactOf, lookbackDays, trafficImpact, withImpact } from './traffic-impact.ts';
import { hrefNames } from './wire-text.ts';

const object = { type: 'object', properties: { href: text, type: text, name: text } } as const;
const objects = { type: 'array', items: object } as const;

export default defineTool({
  name: 'compare-draft-active',
  title: 'Compare the draft with the active policy',
  description:
    'Lists everything pending, or what differs between any two policy versions: fields, rules, author. For the risk of a draft use review-draft.',
  toolset: 'lifecycle',
  effect: 'read',
  input: {
    type: 'object',
    properties: {
      resource_type: described(
        oneOf(
          'all',
          'rule_sets',
          'ip_lists',
          'services',
          'label_groups',
          'virtual_services',
          'virtual_servers',
          'firewall_settings',
          'enforcement_boundaries',
          'secure_connect_gateways',
        ),
        'Only this kind (default all)',
      ),
      from: described(text, 'Before: active (default), draft, number'),
      to: described(text, 'After: draft (default), active, number'),
      lookback_days: lookbackDays,
    },
  },
  output: envelope(
    policyChangeFields,
    { total: integer },
    {
      extra: {
        total_pending_changes: integer,
        filter: text,
        from: text,
        to: text,
        created_count: integer,
        updated_count: integer,
        deleted_count: integer,
        changes: { type: 'object', properties: { created: objects, updated: objects, deleted: objects } },
        message: text,
        status: text,
        traffic_impact: trafficImpact,
      },
    },
  ),
  example: { resource_type: 'rule_sets' },
  columns: policyChangeColumns,

  async run({ resource_type: type = 'all', from = 'active', to = 'draft', lookback_days: days }, context) {
    const { signal, progress } = context;
    const { pce } = await context.changes();
    const compared = await compareVersions(from, to, { pce, signal, onProgress: progress });
    const shown = compared.changes
      .filter(({ change }) => type === 'all' || change.type === type)
      .toSorted(
        (a, b) =>
          compareText(a.change.type, b.change.type) ||
          compareText(a.change.name, b.change.name) ||
          compareText(a.change.href, b.change.href),
      );
    const [names, author] = await Promise.all([
      shown.length === 0 ? new Map<string, string>() : hrefNames(context.pce, signal),
      authorNames(
        shown.map(({ change }) => change.by),
        pce,
        signal,
      ),
    ]);
    const of = (kind: PolicyChange['change']) =>
      shown.flatMap(({ change }) =>
        change.change === kind ? [{ href: change.href, type: change.type, name: change.name }] : [],
      );
    const [created, updated, deleted] = [of('create'), of('update'), of('delete')];
    const isDraft = compared.to === 'draft' && from === 'active';
    const between = isDraft ? 'pending in the draft' : `different in ${to} from ${from}`;
    const said =
      shown.length === 0
        ? isDraft
          ? `Draft and active policy are in sync${type === 'all' ? '' : ` for ${type}`}: nothing is pending.`
          : `Nothing differs between ${from} and ${to}${type === 'all' ? '' : ` for ${type}`}.`
        : `${plural(shown.length, 'object')} ${between}: ${created.length} created, ${updated.length} updated, ${deleted.length} deleted.`;
    const commit = commitOf(
      pce.orgId,
      shown.map(({ change }) => change.href),
    );
    const traffic = isDraft && shown.length > 0 ? await impactOf([commit], context, { days }) : null;
    const answer: Answer<PolicyChangeRow> = {
      answer: said,
      items: shown.flatMap((one) => policyChangeRows(one, { names, author })),
      totals: { total: shown.length },
      coverage: { rows_read: compared.changes.length, truncated: false, gaps: [] },
      extra: {
        total_pending_changes: shown.length,
        filter: type,
        from: String(compared.from),
        to: String(compared.to),
        created_count: created.length,
        updated_count: updated.length,
        deleted_count: deleted.length,
        changes: { created, updated, deleted },
        message: said,
        ...present({ status: shown.length === 0 ? 'in_sync' : null }),
      },
      next: isDraft && shown.length > 0 ? ['review-draft', 'provision-policy dry_run=true'] : [],
      evidence: shown.map(({ change }) => change.href),
    };
    return withImpact(answer, traffic);
  },
});

/** What provisioning exactly these would send. */
const commitOf = (orgId: string, hrefs: readonly string[]) =>
  ({ method: 'POST', path: `/orgs/${orgId}/sec_policy`, body: { change_subset: changeSubset(hrefs) } }) as const;

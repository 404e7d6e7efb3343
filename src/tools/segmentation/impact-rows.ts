import type { EdgeGroup } from '../../analysis/impact/group-edges.ts';
import type { Href } from '../../core/href.ts';
import type { EdgeVerdict } from '../../model/impact/question.ts';
import type { Column } from '../../answer/answer.ts';
import { integer, text } from '../fields.ts';
import { present } from '../present.ts';
import { portText } from '../protocols.ts';
import type { RuleWords } from './rule-words.ts';

/** What becomes of the flows between two groups of hosts on one service. */
export interface ImpactRow {
  readonly change: string;
  readonly from: string;
  readonly to: string;
  readonly service: string;
  readonly connections: number;
  readonly rows: number;
  readonly newly_blocked_rows: number;
  readonly edges: number;
  readonly sources: number;
  readonly destinations: number;
  readonly because: string;
  readonly blocked_at?: string;
  readonly first_seen?: string;
  readonly last_seen?: string;
  readonly cadence?: string;
  readonly suggested_rule?: string;
}

export const impactItem = {
  change: text,
  from: text,
  to: text,
  service: text,
  connections: integer,
  rows: integer,
  newly_blocked_rows: integer,
  edges: integer,
  sources: integer,
  destinations: integer,
  because: text,
  blocked_at: text,
  first_seen: text,
  last_seen: text,
  cadence: text,
  suggested_rule: text,
} as const;

export const impactColumns: readonly Column<ImpactRow>[] = [
  { header: 'change', value: (row) => row.change },
  { header: 'from', value: (row) => row.from },
  { header: 'to', value: (row) => row.to },
  { header: 'service', value: (row) => row.service },
  { header: 'connections', value: (row) => row.connections },
  { header: 'hosts', value: (row) => `${row.sources} to ${row.destinations}, ${row.edges} edges` },
  { header: 'rows (newly blocked)', value: (row) => `${row.rows} (${row.newly_blocked_rows})` },
  { header: 'seen', value: (row) => `${row.first_seen ?? ''}/${row.last_seen ?? ''}` },
  { header: 'blocked at', value: (row) => row.blocked_at },
  { header: 'cadence', value: (row) => row.cadence },
  { header: 'because', value: (row) => row.because },
  { header: 'suggested rule', value: (row) => row.suggested_rule },
];

type Words = ReadonlyMap<Href, RuleWords>;

export function impactRow(group: EdgeGroup, words: Words, cadence: string | null = null): ImpactRow {
  const { change, from, to, toVerdict } = group;
  const service = portText(group.proto, group.port);
  const breaks = change === 'will_break' || change === 'may_break';
  const suggest = (breaks && toVerdict.class === 'default') || change === 'loses_rule';
  return {
    change,
    from,
    to,
    service,
    connections: group.connections,
    rows: group.rows,
    newly_blocked_rows: group.newlyBlockedRows,
    edges: group.edges.length,
    sources: group.sources,
    destinations: group.destinations,
    because: becauseOf(group, words),
    ...present({
      blocked_at: toVerdict.verdict === 'blocked' ? toVerdict.at : null,
      first_seen: group.firstSeen,
      last_seen: group.lastSeen,
      cadence,
      suggested_rule: suggest
        ? `allow ${from} -> ${to} on ${service}${group.crossesApps ? ' (sources outside the scope)' : ''}`
        : null,
    }),
  };
}

function becauseOf({ fromVerdict, toVerdict }: EdgeGroup, words: Words): string {
  if (toVerdict.verdict === 'maybe') return `may match: ${ruleList(toVerdict, words)}`;
  if (toVerdict.class === 'default' && fromVerdict.rules.length > 0)
    return `no rule then; now ${ruleList(fromVerdict, words)}`;
  if (toVerdict.class === 'default') return 'no rule matches';
  if (toVerdict.class === null) return 'no end evaluates it';
  if (toVerdict.class === 'essential') return 'essential traffic';
  return ruleList(toVerdict, words);
}

function ruleList({ rules, class: decidedBy }: EdgeVerdict, words: Words): string {
  const [first, ...more] = rules;
  if (first === undefined) return decidedBy ?? 'nothing';
  return `${words.get(first)?.text ?? first}${more.length === 0 ? '' : ` and ${more.length} more`}`;
}

/** The published form of a `ChangeCount`. */
export const changeCount = {
  type: 'object',
  properties: { edges: integer, rows: integer, connections: integer },
} as const;

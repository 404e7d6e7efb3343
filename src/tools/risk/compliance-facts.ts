import type { ComplianceFacts, Flow, FlowEnd, RuleFacts } from '../../analysis/compliance/facts.ts';
import { ruleReach } from '../../analysis/rules/members.ts';
import type { Href } from '../../core/href.ts';
import { ADDRESS_KINDS, type AddressKind, type Dimension, type FlowGroup } from '../../model/flows/question.ts';
import type { RemoteFlowTable } from '../../work/flows.ts';
import { policyNames } from '../policy/names.ts';
import { ruleLine, ruleRow } from '../policy/rule-row.ts';
import { type ReadPolicy } from '../segmentation/policy-reading.ts';
import type { ToolContext } from '../tool.ts';
import { MAX_ROWS } from '../traffic/filters.ts';

const END_DIMENSIONS = ['', '_workload', '_address_kind', '_ip_list'] as const;
const ends = (side: 'source' | 'destination'): readonly Dimension[] =>
  END_DIMENSIONS.map((suffix): Dimension => `${side}${suffix}`);

/** The rows of a table as flows between workloads of `policy` and addresses. */
export async function readFlows(
  table: RemoteFlowTable,
  { workloads }: ReadPolicy,
  signal: AbortSignal,
): Promise<readonly Flow[]> {
  const { groups } = await table.ask(
    { by: [...ends('source'), ...ends('destination'), 'proto', 'port', 'policy'], limit: MAX_ROWS },
    signal,
  );
  const indexes = new Map<string, number>(workloads.map(({ href }, index) => [href, index]));
  return groups.map((group) => flowOf(group, indexes));
}

const isKind = (text: string | null): text is AddressKind => ADDRESS_KINDS.some((kind) => kind === text);

function flowOf({ key, rows, connections }: FlowGroup, indexes: ReadonlyMap<string, number>): Flow {
  const end = (from: number): FlowEnd => {
    const [name = null, href = null, kind = null, lists = null] = key.slice(from, from + END_DIMENSIONS.length);
    return {
      workload: href === null ? null : (indexes.get(href) ?? null),
      name: name ?? '-',
      kind: isKind(kind) ? kind : 'internal',
      lists: lists === null ? [] : lists.split(', '),
    };
  };
  const [proto = null, port = null, policy = null] = key.slice(2 * END_DIMENSIONS.length);
  return {
    from: end(0),
    to: end(END_DIMENSIONS.length),
    proto: Number(proto ?? -1),
    port: port === null ? null : Number(port),
    decision: policy ?? 'unknown',
    rows,
    connections,
  };
}

/** Rules by href in words, with what justifies them. */
export async function rulesInWords(
  { ruleSets, version }: ReadPolicy,
  { pce, signal }: Pick<ToolContext, 'pce' | 'signal'>,
): Promise<(href: Href) => RuleFacts> {
  const names = await policyNames(pce, version, ruleSets, { signal });
  const found = new Map<string, RuleFacts>(
    ruleSets.flatMap((ruleSet) =>
      ruleSet.rules.map((rule) => {
        const line = ruleLine({ ...ruleRow(rule, names), href: '' }).replace(/ {2,}/g, ' ');
        return [
          rule.href,
          {
            text: `${ruleSet.name}: ${line.trim()}`,
            justification: [rule.description, ruleSet.description].filter((part) => part !== null).join(' '),
          },
        ] as const;
      }),
    ),
  );
  return (href) => found.get(href) ?? { text: href, justification: '' };
}

/** Everything compliance tests look at. `scope` are hrefs of labels that a workload must all carry; none: every workload. */
export async function complianceFacts(
  policy: ReadPolicy,
  table: RemoteFlowTable,
  { scope, start, end }: { readonly scope: readonly Href[]; readonly start: string; readonly end: string },
  context: ToolContext,
): Promise<ComplianceFacts> {
  const { pce, signal } = context;
  const [flows, rule, labels, events] = await Promise.all([
    readFlows(table, policy, signal),
    rulesInWords(policy, context),
    pce.labels({}, { signal }),
    pce.events({ eventType: 'sec_policy.create', timestampGte: start, timestampLte: end }, { signal }),
  ]);
  const inScope = policy.workloads.flatMap((workload, index) =>
    scope.every((href) => workload.labels.some((label) => label.href === href)) ? [index] : [],
  );
  const indexes = new Set(inScope);
  const touches = ({ workload }: FlowEnd): boolean => workload !== null && indexes.has(workload);
  return {
    workloads: policy.workloads,
    scope: indexes,
    isWhole: scope.length === 0,
    labels: labels.items,
    rules: ruleReach(policy.source),
    rule,
    flows: flows.filter(({ from, to }) => touches(from) || touches(to)),
    events: events.items,
    gaps: [
      ...(events.complete ? [] : [`policy changes beyond the ${events.items.length} that were read`]),
      ...(labels.complete ? [] : [`labels beyond the ${labels.items.length} that were read`]),
    ],
  };
}

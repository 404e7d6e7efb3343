import { Failure } from '../../core/errors.ts';
import { hasPorts, isIcmp, protocolName } from '../../model/services/protocols.ts';
import { OPEN_POINTS } from '../../model/policy/open-points.ts';
import { envelope } from '../envelope.ts';
import { described, flag, integer, oneOf, text, texts } from '../fields.ts';
import { plural } from '../listing.ts';
import { present } from '../present.ts';
import { portText, protocolArgument } from '../protocols.ts';
import { defineTool } from '../tool.ts';
import { type DecidedGroup, explainRow, type ExplainRow, groupDecisions, reasonText, rulesOf } from './explain-rows.ts';
import { flowEnds } from './flow-ends.ts';
import { flowPairs } from './flow-pairs.ts';
import { agreementText, HISTORY_DAYS, lastFlow } from './last-flow.ts';
import { nearMisses } from './near-misses.ts';
import { readPolicy } from './policy-reading.ts';
import { ruleWords } from './rule-words.ts';

export default defineTool({
  name: 'explain-flow',
  title: 'Explain a flow',
  description:
    'Says whether a connection is allowed, by which rule, at which end, and what nearly matched. Use for one flow; for what a change breaks use simulate-change.',
  toolset: 'segmentation',
  effect: 'read',
  input: {
    type: 'object',
    properties: {
      src: described(text, 'Host, IP or labels (app=x env=y)'),
      dst: described(text, 'Host, IP, DNS name or labels'),
      port: described({ ...integer, minimum: 0, maximum: 65_535 }, 'Destination port'),
      proto: described(text, 'Default tcp'),
      policy: described(oneOf('active', 'draft'), 'Default active'),
      process: described(text, 'Listening process, if known'),
    },
    required: ['src', 'dst'],
  },
  output: envelope(
    {
      verdict: text,
      class: text,
      decided_at: text,
      rules: texts,
      rule_hrefs: texts,
      runners_up: texts,
      hangs_on: texts,
      source_mode: text,
      destination_mode: text,
      source_verdict: text,
      destination_verdict: text,
      draft_decision: text,
      crosses_deny: flag,
      pairs: integer,
      example: text,
    },
    { pairs: integer, decisions: integer },
    {
      extra: {
        policy: text,
        service: text,
        history_days: integer,
        verdict: text,
        near_misses: texts,
        last_seen: text,
        observed_connections: integer,
        reported: text,
        agreement: text,
        assumptions: texts,
      },
    },
  ),
  example: { src: 'app=ordering env=prod role=web', dst: 'app=payments env=prod role=web', port: 443 },
  columns: [
    { header: 'verdict', value: (row: ExplainRow) => row.verdict },
    { header: 'decided by', value: (row) => `${row.class} at ${row.decided_at}` },
    { header: 'rules', value: (row) => row.rules.join('; ') },
    { header: 'lost', value: (row) => row.runners_up?.join('; ') },
    { header: 'hangs on', value: (row) => row.hangs_on?.join('; ') },
    { header: 'source', value: (row) => `${row.source_mode}: ${row.source_verdict}` },
    { header: 'destination', value: (row) => `${row.destination_mode}: ${row.destination_verdict}` },
    { header: 'draft view', value: (row) => row.draft_decision },
    { header: 'pairs', value: (row) => row.pairs },
    { header: 'example', value: (row) => row.example },
  ],

  async run({ src, dst, port, proto: protoName = 'tcp', policy: version = 'active', process }, context) {
    const { flows, signal } = context;
    const proto = protocolArgument(protoName);
    if (hasPorts(proto) && port === undefined)
      throw new Failure('invalid_arguments', { message: `${protocolName(proto)} needs a port.` });
    const service = { proto, ...(isIcmp(proto) ? {} : present({ port })) };
    const [sources, destinations] = await Promise.all([flowEnds('src', src, context), flowEnds('dst', dst, context)]);
    const { pairs, gaps } = flowPairs(sources, destinations, { ...service, ...present({ process }) });
    const policy = await readPolicy(version, context);
    const groups = groupDecisions(
      pairs,
      await flows.decide(
        policy.source,
        pairs.map(({ question }) => question),
        signal,
      ),
    );
    const [worst] = groups;
    if (worst === undefined) throw new Failure('not_found', { message: 'No address of src can talk to one of dst.' });
    const [example] = worst.pairs;
    const near = example === undefined ? [] : await nearMisses(policy, example, worst.decision, context);
    const seen = await lastFlow(sources, destinations, service, policy, context);
    const words = await ruleWords(
      policy,
      [...groups.flatMap(({ decision }) => rulesOf(decision)), ...near.map(({ rule }) => rule)],
      context,
    );
    const agreement =
      seen === null ? null : agreementText(version === 'draft' ? seen.answer.draft : seen.answer.reported);
    const notes = new Set(groups.flatMap(({ decision }) => decision.notes));
    return {
      answer: [
        sentence(groups, pairs.length, `${src} to ${dst} on ${portText(proto, port ?? null)}`, version),
        ruleText(worst, words),
        seen === null || seen.rows === 0
          ? `Not seen in the last ${HISTORY_DAYS} days.`
          : `Last seen ${seen.lastSeen ?? 'at an unknown time'} (${plural(seen.connections, 'connection')}, reported: ${seen.reported}).`,
      ]
        .filter((part) => part !== '')
        .join(' '),
      items: groups.map((group) => explainRow(group, words)),
      totals: { pairs: pairs.length, decisions: groups.length },
      coverage: {
        ...(seen === null ? {} : { window: seen.coverage.window }),
        rows_read: policy.read + (seen?.rows ?? 0),
        truncated: !policy.complete || gaps.length > 0,
        gaps: [...gaps, ...policy.gaps, ...(seen?.coverage.gaps ?? [])],
      },
      evidence: [...new Set(worst.decision.rules)],
      extra: {
        policy: version,
        service: portText(proto, port ?? null),
        history_days: HISTORY_DAYS,
        verdict: worst.decision.verdict,
        ...(near.length === 0
          ? {}
          : { near_misses: near.map(({ rule, why }) => `${why}: ${words.get(rule)?.text ?? rule}`) }),
        ...present({ last_seen: seen?.lastSeen, agreement }),
        ...(seen === null || seen.rows === 0
          ? {}
          : { observed_connections: seen.connections, reported: seen.reported }),
        ...(notes.size === 0 ? {} : { assumptions: [...notes].map((note) => assumptions[note] ?? note) }),
      },
      next: version === 'active' ? ['explain-flow policy=draft says what the next provisioning makes of it.'] : [],
    };
  },
});

const assumptions: Readonly<Record<string, string>> = OPEN_POINTS;

function sentence(groups: readonly DecidedGroup[], pairs: number, what: string, version: string): string {
  const [worst] = groups;
  if (worst === undefined) return '';
  const { decision } = worst;
  const share = worst.pairs.length === pairs ? '' : ` for ${worst.pairs.length} of ${pairs} pairs of addresses`;
  return `${what} is ${decision.verdict.replaceAll('_', ' ')}${share} in the ${version} policy: ${reasonText(decision)}.`;
}

function ruleText({ decision }: DecidedGroup, words: Parameters<typeof explainRow>[1]): string {
  const [first, ...more] = decision.rules;
  if (first === undefined) return '';
  return `Rule: ${words.get(first)?.text ?? first}${more.length === 0 ? '' : ` and ${more.length} more`}.`;
}

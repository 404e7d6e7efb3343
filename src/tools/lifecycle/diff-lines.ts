import { diffOfObjects, type RuleDiff } from '../../changes/object-diff.ts';
import type { FieldDiff } from '../../changes/plan.ts';
import type { JsonObject } from '../../core/json.ts';
import { type HrefNames, wireText } from './wire-text.ts';

/** The differences of two versions of a policy object as lines: its own fields, then its rules. */
export function diffLines(before: JsonObject | null, after: JsonObject | null, names: HrefNames): readonly string[] {
  const { fields, rules } = diffOfObjects(before, after);
  return [...fields.map((diff) => fieldLine(diff, names)), ...rules.map((diff) => ruleLine(diff, names))].map(cut);
}

const fieldLine = ({ field, before, after }: FieldDiff, names: HrefNames): string =>
  `${field}: ${wireText(before, names)} → ${wireText(after, names)}`;

const WORDS = {
  allow: 'allow rule',
  deny: 'deny rule',
  override_deny: 'override deny rule',
  iptables: 'iptables rule',
};
const CHANGED = { create: 'new', update: 'changed', delete: 'removed' };

function ruleLine({ change, kind, href, fields, rule }: RuleDiff, names: HrefNames): string {
  const what = fields.length > 0 ? fields.map((diff) => fieldLine(diff, names)).join('; ') : ruleText(rule, names);
  return `${CHANGED[change]} ${WORDS[kind]} ${href.split('/').slice(-2).join('/')}: ${what}`;
}

/** `role=web -> role=db on 5432/tcp`, disabled where it is. */
function ruleText(rule: JsonObject, names: HrefNames): string {
  const { consumers, providers, ingress_services: ingress, egress_services: egress, enabled } = rule;
  const services = [ingress, egress].filter((list) => Array.isArray(list) && list.length > 0);
  const on = services.length === 0 ? '' : ` on ${services.map((list) => wireText(list, names)).join(' ')}`;
  return `${wireText(consumers, names)} -> ${wireText(providers, names)}${on}${enabled === false ? ' (disabled)' : ''}`;
}

/** Below the sanitiser's cap on any value, so that a line is never cut where nobody says so. */
const MAX_LINE = 280;

const cut = (line: string): string => (line.length > MAX_LINE ? `${line.slice(0, MAX_LINE - 1)}…` : line);

import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { FlowQuestion } from '../../src/model/policy/decision.ts';
import type { PolicySource } from '../../src/model/policy/source.ts';
import { type Engine, engineAnswers, oracleAnswers } from './compare.ts';
import { policies, questions } from './generate.ts';
import type { OracleAnswer } from './policy.ts';

/**
 * The comparison with the naive evaluator is only worth something if it notices a wrong engine: each mutant is the engine with one
 * plausible mistake, and must be told from the oracle.
 */
const MUTANTS: readonly {
  readonly mistake: string;
  readonly file: string;
  readonly from: string;
  readonly to: string;
}[] = [
  {
    mistake: 'labels of one scope group mix',
    file: 'policy/conditions.ts',
    from: 'if (one === other || named.has(one)',
    to: 'if (one !== 0 || named.has(one)',
  },
  {
    mistake: 'an exclusion also takes workloads without a label of the key',
    file: 'policy/conditions.ts',
    from: 'return label !== 0 && (include',
    to: 'return (label !== 0 || exclude !== null) && (include',
  },
  {
    mistake: 'allow beats override deny',
    file: 'policy/weigh.ts',
    from: 'if (enforces && present.overrideBites)',
    to: 'if (enforces && present.overrideBites && !present.allow)',
  },
  {
    mistake: 'deny beats allow',
    file: 'policy/weigh.ts',
    from: 'present.denyBites && !present.allow)',
    to: 'present.denyBites)',
  },
  {
    mistake: 'a selective source blocks by label',
    file: 'policy/weigh.ts',
    from: "mode !== 'selective' || end === 'destination' || hit.toAddress",
    to: "mode !== 'selective' || end === 'destination' || true",
  },
  {
    mistake: 'an IP list programs the local end',
    file: 'policy/pairs.ts',
    from: 'const atSource = and(consumerAsWorkload, providerRemote)',
    to: 'const atSource = and(or(consumerAsWorkload, consumerByAddress), providerRemote)',
  },
  {
    mistake: 'the upper end of a port range is left out',
    file: 'services/match.ts',
    from: 'facts.port <= (entry.toPort ?? entry.port)',
    to: '(facts.port < (entry.toPort ?? entry.port) || facts.port === entry.port)',
  },
  {
    mistake: 'an extra-scope rule binds the consumer',
    file: 'policy/clauses.ts',
    from: 'rule.unscopedConsumers ? [] : scope.conditions',
    to: 'scope.conditions',
  },
  {
    mistake: 'a virtual service is opened on the ports of the rule',
    file: 'policy/clauses.ts',
    from: 'services: provider.services ?? services',
    to: 'services',
  },
  {
    mistake: 'the ports of a binding are not moved',
    file: 'policy/clauses.ts',
    from: 'portOverrides.length === 0 ? own : movedPorts(own, portOverrides)',
    to: 'own',
  },
  {
    mistake: 'exclusions of an IP list are forgotten',
    file: 'addresses/set.ts',
    from: 'return setOfSpans(spans(false), spans(true));',
    to: 'return setOfSpans(spans(false));',
  },
  {
    mistake: 'a sub-group is not followed',
    file: 'labels/groups.ts',
    from: 'if (!seen.has(sub.href)) open.push(sub.href);',
    to: '',
  },
  {
    mistake: 'an unknown name is no match',
    file: 'policy/side.ts',
    from: 'if (names === null) return MAYBE;',
    to: 'if (names === null) return NO;',
  },
  {
    mistake: 'an asterisk covers several levels',
    file: 'addresses/fqdn.ts',
    from: 'levels.length === tests.length && tests.every((test, index) => test(levels[index]',
    to: 'levels.length >= tests.length && tests.every((test, index) => test(levels.slice(-tests.length)[index]',
  },
  {
    mistake: 'a posting list is not asked',
    file: 'policy/postings.ts',
    from: 'ask(byWorkload.get(peer.index));',
    to: '',
  },
  {
    mistake: 'peers of different modes are taken for one',
    file: 'policy/peers.ts',
    from: '${workload.managed};${workload.mode};',
    to: '${workload.managed};',
  },
  {
    mistake: 'answers are kept without regard to the network',
    file: 'policy/memo-key.ts',
    from: "network === 'non_brn' ? 1 : 0",
    to: '0',
  },
  {
    mistake: 'a user rule asks nobody',
    file: 'policy/hits.ts',
    from: 'if (groups === undefined) return MAYBE;',
    to: 'if (groups === undefined) return YES;',
  },
  {
    mistake: 'subnets of workloads outside the scope count',
    file: 'policy/selection.ts',
    from: 'one.certainty === YES && allHold(one.conditions, label)',
    to: 'one.certainty === YES',
  },
  {
    mistake: 'everything-except gives its own side a rule',
    file: 'policy/side.ts',
    from: 'side.negated ? NO : selectedAsWorkload(side, peer)',
    to: 'selectedAsWorkload(side, peer)',
  },
  {
    mistake: 'a Windows service opens a Linux host',
    file: 'services/match.ts',
    from: "if (managed && os === 'linux') return NO;",
    to: '',
  },
  {
    mistake: 'DNS needs a rule',
    file: 'policy/essential.ts',
    from: 'if (port === DNS &&',
    to: 'if (port === DNS + 1 &&',
  },
  { mistake: 'the PCE is reached over any port', file: 'policy/essential.ts', from: 'pcePorts.has(port)', to: 'true' },
  {
    mistake: 'labels always resolve to workloads',
    file: 'policy/selection.ts',
    from: "const asWorkloads = resolve.includes('workloads');",
    to: 'const asWorkloads = true;',
  },
  {
    mistake: 'a virtual service is inside a scope by its host',
    file: 'policy/side.ts',
    from: 'side.as ?? peer.label',
    to: 'peer.label',
  },
  {
    mistake: 'the draft view counts IP lists between workloads',
    file: 'policy/hits.ts',
    from: 'bothWorkloads ? and(match.asWorkloads, service) : certainty',
    to: 'certainty',
  },
  {
    mistake: 'names work in deny rules',
    file: 'policy/clauses.ts',
    from: "names: isAllow && side === 'providers'",
    to: "names: side === 'providers'",
  },
  {
    mistake: 'names work for sources',
    file: 'policy/clauses.ts',
    from: "names: isAllow && side === 'providers'",
    to: 'names: isAllow',
  },
  {
    mistake: 'address sets are not asked for candidates',
    file: 'policy/postings.ts',
    from: 'for (const set of peer.addressSets) ask(byAddressSet.get(set));',
    to: '',
  },
  {
    mistake: 'clauses that select by address only are left out',
    file: 'policy/candidates.ts',
    from: '!regards(clause[side], peer)',
    to: 'asWorkload(clause[side], peer) === NO',
  },
  {
    mistake: 'only the first combination of labels is posted',
    file: 'policy/label-postings.ts',
    from: 'for (const label of next.labels) {',
    to: 'for (const label of [...next.labels].slice(0, 1)) {',
  },
  {
    mistake: 'an idle source hides the destination',
    file: 'policy/outcome.ts',
    from: 'const source = facts.source.managed ? sourceEnd.outcome : null;',
    to: 'const source = sourceEnd.outcome;',
  },
  {
    mistake: 'an address belongs to the last workload that has it',
    file: 'policy/peers.ts',
    from: 'index: keep ? other.index : index',
    to: 'index',
  },
  {
    mistake: 'boundaries bite only in selective mode',
    file: 'policy/weigh.ts',
    from: "if (hit.rule.kind === 'allow') return 'allow';",
    to: "if (hit.rule.kind === 'allow') return 'allow';\n  if (hit.rule.isBoundary && mode !== 'selective') return 'deny';",
  },
  {
    mistake: 'an ICMP code is not compared',
    file: 'services/match.ts',
    from: 'and(same(entry.icmpType, facts.icmpType), same(entry.icmpCode, facts.icmpCode))',
    to: 'same(entry.icmpType, facts.icmpType)',
  },
  {
    mistake: 'disabled rulesets stay in force',
    file: 'policy/clauses.ts',
    from: 'if (!ruleSet.enabled) continue;',
    to: '',
  },
  {
    mistake: 'an unmanaged destination does not count as an address for a selective source',
    file: 'policy/pairs.ts',
    from: 'providerByAddress === YES || !destination.managed',
    to: 'providerByAddress === YES',
  },
];

const TIMEOUT = 300_000;
const SOURCE = resolve(import.meta.dirname, '../../src');
const MODULES = resolve(import.meta.dirname, '../../node_modules');
let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'policy-mutants-'));
  await symlink(MODULES, join(folder, 'node_modules'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** The engine with one passage of its text replaced, loaded from a copy. */
async function mutant(index: number, { file, from, to }: (typeof MUTANTS)[number]): Promise<Engine> {
  const root = join(folder, String(index));
  for (const part of ['core', 'model']) await cp(join(SOURCE, part), join(root, part), { recursive: true });
  const path = join(root, 'model', file);
  const text = await readFile(path, 'utf8');
  expect(text.split(from)).toHaveLength(2);
  await writeFile(
    path,
    text.replace(from, () => to),
  );
  return import(/* @vite-ignore */ pathToFileURL(join(root, 'model/policy/index.ts')).href);
}

const CASES = fc.sample(fc.tuple(policies, questions), { seed: 20, numRuns: 2000 });
const known: OracleAnswer[][] = [];

/** The oracle's answers to a case, worked out when the first mutant gets that far. */
function expectedOf(index: number, policy: PolicySource, asked: readonly FlowQuestion[]): OracleAnswer[] {
  const answers = known[index] ?? oracleAnswers(policy, asked);
  known[index] = answers;
  return answers;
}

it.for(MUTANTS.map((one, index) => ({ ...one, index })))(
  'is caught: $mistake',
  { timeout: TIMEOUT },
  async ({ index, ...one }) => {
    const engine = await mutant(index, one);
    // Told apart by an answer: a mutant that throws fails here instead of being caught.
    const caught = CASES.some(
      ([policy, asked], at) => !isDeepStrictEqual(engineAnswers(engine, policy, asked), expectedOf(at, policy, asked)),
    );
    expect(caught).toBe(true);
  },
);

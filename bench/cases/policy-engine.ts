import { type CompiledPolicy, compilePolicy, decide } from '../../src/model/policy/index.ts';
import type { FlowQuestion } from '../../src/model/policy/decision.ts';
import type { PolicySource } from '../../src/model/policy/source.ts';
import { type Bench, best, measurement, timed } from '../bench.ts';
import { policyOf, rowsOf, workloadsOf } from '../policy-estate.ts';

const RULES = 5_000;
const [FEW_RULES, MANY_RULES] = [500, 50_000];
const ROUNDS = 7;

export default {
  name: 'policy-engine',
  about: `200000 flows judged against ${RULES} rules beside JSON.parse of their rows; cost per flow with ${FEW_RULES} and ${MANY_RULES} rules`,
  async run() {
    const workloads = workloadsOf();
    const rows = rowsOf(workloads);
    const text = JSON.stringify(rows.map(({ row }) => row));
    const questions = rows.map(({ question }) => question);
    const sources = [FEW_RULES, RULES, MANY_RULES].map((rules) => policyOf(rules, workloads));

    const parsing: number[] = [];
    const judging = sources.map((source) => ({ source, compile: [] as number[], decide: [] as number[] }));
    // In turn, so that a busy moment of the machine hits all of them.
    for (let round = 0; round < ROUNDS; round++) {
      parsing.push(await timed(() => JSON.parse(text)));
      for (const { source, compile, decide: times } of judging) {
        const took = await judged(source, questions);
        compile.push(took.compile);
        times.push(took.decide);
      }
    }
    const [few, normal, many] = judging.map((one) => ({ compile: best(one.compile), decide: best(one.decide) }));
    if (few === undefined || normal === undefined || many === undefined) throw new Error('not measured');
    const perFlow = (ms: number): number => (ms / questions.length) * 1_000;
    return {
      'policy-engine': measurement(normal.compile + normal.decide, 'ms', best(parsing)),
      'policy-engine-per-flow': measurement(perFlow(many.decide), 'µs', perFlow(few.decide)),
      'policy-engine-compile-50000': measurement(many.compile, 'ms', few.compile * (MANY_RULES / FEW_RULES)),
    };
  },
} satisfies Bench;

/** Milliseconds to compile the policy and to judge every flow, none of them known to it before. */
async function judged(source: PolicySource, questions: readonly FlowQuestion[]) {
  let policy: CompiledPolicy | undefined;
  const compile = await timed(() => {
    policy = compilePolicy(source);
  });
  const compiled = policy;
  if (compiled === undefined) throw new Error('not compiled');
  return {
    compile,
    decide: await timed(() => {
      for (const question of questions) decide(compiled, question);
    }),
  };
}

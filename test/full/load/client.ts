import type { checkOf } from '../../contract/answers.ts';
import { problemsOf } from '../../contract/answers.ts';
import type { SimulatorProcess } from '../../contract/simulator-process.ts';

/** What a call must be answered with: its status, and the published schema of its answer where it has one. */
export interface Expected {
  readonly status: number;
  readonly schema?: string;
  readonly body?: unknown;
}

export type Call = (method: string, path: string, expected: Expected) => Promise<{ readonly json: unknown }>;

/** Notes every answer that is not what it must be, so that one bad answer does not end the load. */
export function noting(call: SimulatorProcess['call'], check: ReturnType<typeof checkOf>) {
  const problems: string[] = [];
  let validated = 0;
  const note = (url: string, schema: string, json: unknown): void => {
    validated++;
    problems.push(...problemsOf(check, { schema, json }).map((problem) => `${url}: ${problem}`));
  };
  return {
    problems,
    validated: () => validated,
    note,
    call: (async (method, path, { status, schema, body }) => {
      const answer = await call(method, path, body);
      const found = `${method} ${path}: ${answer.status} ${JSON.stringify(answer.json)?.slice(0, 300)}`;
      if (answer.status !== status) problems.push(found);
      else if (schema !== undefined) note(`${method} ${path}`, schema, answer.json);
      return answer;
    }) satisfies Call,
  };
}

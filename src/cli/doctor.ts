import { diagnose } from './doctor/diagnose.ts';
import type { Checked } from './doctor/step.ts';
import { parse } from './options.ts';

const MARKS = { ok: 'ok     ', warning: 'WARNING', failed: 'FAILED ', skipped: 'skipped' } as const;

/** `illumio-mcp doctor [--json]`: the way to the PCE, step by step. Exits with 1 when a step failed. */
export async function run(argv: readonly string[]): Promise<void> {
  const { json } = parse(argv, { json: { type: 'boolean' } });
  const checked: Checked[] = [];
  for await (const finding of diagnose()) {
    checked.push(finding);
    if (!json) process.stdout.write(line(finding));
  }
  if (json) process.stdout.write(`${JSON.stringify(checked)}\n`);
  process.exitCode = checked.some(({ status }) => status === 'failed') ? 1 : 0;
}

const line = ({ step, status, detail, code, remedy }: Checked): string =>
  `${MARKS[status]}  ${step.padEnd(13)}  ${detail}${code === undefined ? '' : ` [${code}]`}\n` +
  (remedy === undefined ? '' : `${' '.repeat(24)}→ ${remedy}\n`);

import { loadConfig } from '../config/load.ts';
import { pceSettings } from '../dispatch/pce-settings.ts';
import { connectPce } from '../pce/index.ts';
import { networkSteps } from './doctor/network.ts';
import { pceSteps } from './doctor/pce.ts';
import { type Checked, check, ok, type Step, warning } from './doctor/step.ts';
import { parse } from './options.ts';

const MARKS = { ok: 'ok     ', warning: 'WARNING', failed: 'FAILED ', skipped: 'skipped' } as const;

/** `illumio-mcp doctor [--json]`: the way to the PCE, step by step. Exits with 1 when a step failed. */
export async function run(argv: readonly string[]): Promise<void> {
  const { json } = parse(argv, { json: { type: 'boolean' } });
  const { settings, warnings } = loadConfig();
  const pce = pceSettings(settings);
  const configuration: Step = {
    name: 'configuration',
    run: async () =>
      warnings.length === 0
        ? ok(`${pce.host}:${pce.port}, organisation ${pce.orgId}`)
        : warning(warnings.join('; '), 'Correct the names, or remove them.'),
  };
  const checked: Checked[] = [];
  const connection = connectPce(pce);
  for await (const finding of check([configuration, ...networkSteps(pce), ...pceSteps(connection)])) {
    checked.push(finding);
    if (!json) process.stdout.write(line(finding));
  }
  if (json) process.stdout.write(`${JSON.stringify(checked)}\n`);
  // Not only the exit code: the connection keeps sockets for the next request.
  process.exit(checked.some(({ status }) => status === 'failed') ? 1 : 0);
}

const line = ({ step, status, detail, remedy }: Checked): string =>
  `${MARKS[status]}  ${step.padEnd(13)}  ${detail}\n${remedy === undefined ? '' : `${' '.repeat(24)}→ ${remedy}\n`}`;

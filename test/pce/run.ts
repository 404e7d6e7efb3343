import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';
import { loadConfig } from '../../src/config/load.ts';
import { Failure } from '../../src/core/errors.ts';
import { pceSettings } from '../../src/dispatch/pce-settings.ts';
import { removePrefixed } from './clean.ts';
import { holdMode } from './hold-mode.ts';
import { PREFIX } from './prefix.ts';

/**
 * `npm run test:pce`: the suite against the PCE of `.env`. What the run made, or one before it left behind, is removed whatever ends it:
 * this process outlives the tests and passes signals on to them.
 */
const tell = (text: string): void => void process.stderr.write(`${text}\n`);

async function main(): Promise<number> {
  const settings = pceSettings(loadConfig().settings);
  const mayProvision = process.env['PCE_TEST_PROVISION'] === '1';
  tell(
    `Testing against ${settings.host}, org ${settings.orgId}; ${mayProvision ? 'provisions' : 'provisions nothing (PCE_TEST_PROVISION=1 lets it)'}.`,
  );
  const clean = async (): Promise<boolean> => {
    const { removed, left } = await removePrefixed(settings, { prefix: PREFIX, mayProvision });
    if (removed.length > 0) tell(`Removed: ${removed.join(', ')}`);
    if (left.length > 0) tell(`Could not remove: ${left.join(', ')}`);
    return left.length === 0;
  };
  const testWorkload = process.env['PCE_TEST_WORKLOAD'];
  const putBack = testWorkload === undefined ? null : await holdMode(settings, testWorkload);
  await clean();
  const code = await runTests().finally(() => tell('Cleaning up.'));
  if ((await putBack?.()) === true) tell(`Put back the enforcement mode of ${testWorkload}.`);
  return (await clean()) ? code : Math.max(code, 1);
}

function runTests(): Promise<number> {
  const vitest = fileURLToPath(new URL('../../node_modules/vitest/vitest.mjs', import.meta.url));
  const args = [vitest, 'run', '--config', 'vitest.pce.config.ts', ...process.argv.slice(2)];
  const child = spawn(process.execPath, args, { stdio: 'inherit' });
  const pass = (signal: NodeJS.Signals): void => void child.kill(signal);
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, pass);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal])));
  });
}

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof Failure)) throw error;
  tell(`${error.message} ${error.remedy}`);
  process.exitCode = 1;
}

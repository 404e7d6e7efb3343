import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { loadConfig } from '../../../src/config/load.ts';
import { silentLog } from '../../../src/core/log.ts';
import { catalogue } from '../../../src/dispatch/catalogue.ts';
import { createServing } from '../../../src/dispatch/serving.ts';
import { callWith } from '../../catalogue/call.ts';

// Security case 41: no argument is a pattern, and what reads arguments takes its time by their length, not by their shape.
const ROOT = join(import.meta.dirname, '../../..');

it('no pattern is made of what somebody wrote', () => {
  const made = globSync('src/**/*.ts', { cwd: ROOT })
    .filter((file) => !file.includes('.test') && !file.startsWith('src/simulator/'))
    .filter((file) => /\bRegExp\(/.test(readFileSync(join(ROOT, file), 'utf8')));
  // Both are of names in the code: `app` or `env`, and a kind of rule.
  expect(made.toSorted()).toEqual(['src/tools/policy/rule-target.ts', 'src/tools/segmentation/ringfence-batch.ts']);
});

const EVIL = ['a', ' ', '(', 'app=', '10.0.0.', '-', '\\', '/orgs/1', 'a=b|'].map((part) =>
  part.repeat(20_000 / part.length),
);

it('every argument of every tool survives what makes bad patterns take for ever', async () => {
  const { settings } = loadConfig({ dotenv: '', environment: { MCP_TOOLSETS: 'all' } });
  const serving = createServing(settings, { log: silentLog });
  let calls = 0;
  for (const { name, input, example } of catalogue)
    for (const [argument, schema] of Object.entries(input.properties))
      for (const evil of EVIL) {
        const value = 'type' in schema && schema.type === 'array' ? [evil] : evil;
        // An answer is all that is wanted; without a PCE it is a failure of one kind or another.
        const { structured } = await callWith(serving.dispatcher, name, { ...example, [argument]: value });
        if (structured.error !== undefined) calls++;
      }
  expect(calls).toBeGreaterThan(1_000);
  await serving.close();
});

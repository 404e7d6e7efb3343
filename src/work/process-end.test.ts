import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const run = promisify(execFile);
const flowTables = new URL('./flow-tables.ts', import.meta.url).href;

const program = (body: string): string => `
  import { flowTables } from '${flowTables}';
  const tables = flowTables({ idleMs: 3_600_000 });
  const source = { open: async () => ({ encoding: 'identity', chunks: (async function* () { yield Buffer.from('[{}]'); })() }) };
  ${body}`;

test('a process waits for a running load and then ends by itself, tables or not', async () => {
  const { stdout, stderr } = await run(process.execPath, [
    '--input-type=module',
    '--eval',
    program(`const table = await tables.load(source); const { totals } = await table.ask({ by: [], limit: 1 });
             process.stdout.write('rows ' + totals.rows);`),
  ]);
  expect(stdout).toBe('rows 1');
  expect(stderr).toBe('');
});

test('the worker does not see the environment of the process', async () => {
  const spy = `data:text/javascript,${encodeURIComponent(
    `import{parentPort}from'node:worker_threads';parentPort.on('message',m=>{if(m.type==='load')parentPort.postMessage({type:'load-failed',table:m.table,failure:{code:'internal',message:JSON.stringify(process.env),remedy:'',data:{}}})})`,
  )}`;
  const { stdout } = await run(
    process.execPath,
    [
      '--input-type=module',
      '--eval',
      `import { flowTables } from '${flowTables}';
       const tables = flowTables({ entry: new URL(${JSON.stringify(spy)}) });
       const source = { open: async () => ({ encoding: 'identity', chunks: (async function* () {})() }) };
       await tables.load(source).catch((failure) => process.stdout.write(failure.message));`,
    ],
    { env: { ...process.env, API_SECRET: 'canary-5d0e' } },
  );
  expect(stdout).toBe('{}');
});

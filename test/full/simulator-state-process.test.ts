import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, expect, it } from 'vitest';
import { createSimulator } from '../../src/simulator/simulator.ts';
import { documentOf } from '../../src/simulator/state/document.ts';
import { openState } from '../../src/simulator/state/open.ts';
import { killAgainAndAgain } from '../contract/simulator-kills.ts';
import { runSimulator } from '../contract/simulator-process.ts';

const folder = mkdtempSync(join(tmpdir(), 'simulator-state-'));
afterAll(() => rmSync(folder, { recursive: true }));

it('a killed process leaves nothing half-written and loses nothing it acknowledged', () =>
  killAgainAndAgain(join(folder, 'killed.pce'), 8));

it('only its owner reads a state file, and one process at a time has it', async () => {
  const simulator = await createSimulator({
    state: await openState(join(folder, 'own.pce'), () =>
      documentOf({ kind: 'generated', profile: 'small', seed: 4, nowMs: 1e12 }),
    ),
  });
  expect(statSync(join(folder, 'own.pce')).mode & 0o077).toBe(0);
  const second = await runSimulator('--state', join(folder, 'own.pce'), '--export', join(folder, 'x.json'));
  expect([second.code, second.stderr]).toEqual([2, expect.stringContaining('is in use by another simulator')]);
  await simulator.close();
});

it('refuses files that are something else, and flags that ask for another estate', async () => {
  const other = join(folder, 'other.db');
  new DatabaseSync(other).exec('CREATE TABLE mine (x)');
  const document = { format: 'illumio-mcp-simulated-pce/1', now: '2026-01-01T00:00:00Z', tables: {} };
  const source = { kind: 'written', estate: {}, flows: [] };
  writeFileSync(join(folder, 'empty.json'), JSON.stringify({ ...document, source }));
  writeFileSync(join(folder, 'text.pce'), 'not a database, and long enough to look at'.repeat(99));
  const state = join(folder, 'flags.pce');
  expect((await runSimulator('--profile', 'small', '--state', state, '--export', join(folder, 'f.json'))).code).toBe(0);
  expect(statSync(join(folder, 'f.json')).mode & 0o077).toBe(0);
  for (const [flags, message] of [
    [['--state', other], 'belongs to another program'],
    [['--state', join(folder, 'text.pce')], 'is not a state file'],
    [['--state', state, '--seed', '8'], '--seed is not that of the estate'],
    [['--state', state, '--import', join(folder, 'f.json')], 'name another file'],
    [['--import', join(folder, 'text.pce')], 'text.pce: '],
    [['--import', join(folder, 'f.json'), '--seed', '8'], 'brings its own estate'],
    [['--import', join(folder, 'none.json')], 'no such file'],
    [['--import', join(folder, 'empty.json')], 'not an exported estate'],
  ] as const) {
    const { code, stdout, stderr } = await runSimulator(...flags);
    expect([code, stdout, stderr], flags.join(' ')).toEqual([2, '', expect.stringContaining(message)]);
  }
  expect(readFileSync(join(folder, 'text.pce'), 'utf8')).toContain('not a database');
});

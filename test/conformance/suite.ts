import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';

const PACKAGE = fileURLToPath(new URL('../../node_modules/@modelcontextprotocol/conformance/', import.meta.url));

export type Revision = '2025-11-25' | '2026-07-28';

interface Check {
  readonly id: string;
  readonly status: string;
  readonly errorMessage?: string;
}

export interface Verdict {
  /** 0: every scored scenario passed. */
  readonly exitCode: number;
  /** Of a scenario: how many checks passed, and what is wrong in the words of the suite, warnings too. */
  readonly scenarios: ReadonlyMap<string, { readonly passed: number; readonly wrong: readonly string[] }>;
}

/** The scenarios a server of this revision is scored by, as the suite's own frozen list has them. */
export async function scored(revision: Revision): Promise<readonly string[]> {
  const { server } = parse(await readFile(join(PACKAGE, 'requirements', `${revision}.yaml`), 'utf8')) as {
    readonly server: readonly string[];
  };
  return server;
}

/** Runs the official suite as its users do: its own command, all scenarios of the revision, nothing excused. */
export async function judge(url: string, revision: Revision): Promise<Verdict> {
  const folder = await mkdtemp(join(tmpdir(), 'conformance-'));
  try {
    // A name rather than an address: the scenario about rebound names asks for one.
    const target = url.replace('127.0.0.1', 'localhost');
    const args = ['server', '--url', target, '--requirements', revision, '--output-dir', folder];
    const exitCode = await new Promise<number>((resolve) => {
      const child = execFile(process.execPath, [join(PACKAGE, 'dist/index.js'), ...args], { maxBuffer: 64 << 20 });
      child.once('exit', (code) => resolve(code ?? -1));
    });
    const scenarios = new Map<string, Verdict['scenarios'] extends ReadonlyMap<string, infer One> ? One : never>();
    for (const entry of await readdir(folder)) {
      const checks = JSON.parse(await readFile(join(folder, entry, 'checks.json'), 'utf8')) as readonly Check[];
      const name = entry.replace(/^server-/, '').replace(/-\d{4}-\d{2}-\d{2}T[\w-]+$/, '');
      const wrong = checks.filter(({ status }) => status === 'FAILURE' || status === 'WARNING');
      scenarios.set(name, {
        passed: checks.filter(({ status }) => status === 'SUCCESS').length,
        wrong: wrong.map(({ id, errorMessage = '' }) => `${id}: ${errorMessage}`),
      });
    }
    return { exitCode, scenarios };
  } finally {
    await rm(folder, { recursive: true });
  }
}

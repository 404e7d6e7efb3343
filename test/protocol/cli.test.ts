import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSimulator, type Simulator } from '../../src/simulator/simulator.ts';
import type { Program } from './clients.ts';
import { built, pointingAt, sandbox, SOURCE } from './programs.ts';

let box: Awaited<ReturnType<typeof sandbox>>;
let pce: Simulator;

beforeAll(async () => {
  box = await sandbox();
  pce = await createSimulator({ profile: 'small' });
});
afterAll(async () => {
  await pce.close();
  await box.remove();
});

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const execute = (command: string, args: readonly string[], env: Record<string, string | undefined>, cwd: string) =>
  new Promise<Ended>((resolve) => {
    execFile(command, args, { env, cwd }, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : error ? -1 : 0, stdout, stderr });
    });
  });

function cli(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> {
  const program = box.program(SOURCE, args, env);
  return execute(process.execPath, program.args, { PATH: process.env['PATH'], ...program.env }, box.folder);
}

/** Starts a program that stays; resolves with the first line that contains `text`. `end` sends SIGTERM and gives the exit code. */
async function started({ args, env, cwd }: Program, stream: 'stdout' | 'stderr', text = '') {
  const child = spawn(process.execPath, args, { env: { PATH: process.env['PATH'], ...env }, cwd });
  const exit = once(child, 'exit');
  let output = '';
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  child[stream].on('data', (chunk: unknown) => {
    output += String(chunk);
    const line = output
      .split('\n')
      .slice(0, -1)
      .find((candidate) => candidate.includes(text));
    if (line !== undefined) resolve(line);
  });
  child.once('exit', () => reject(new Error(`ended early: ${output}`)));
  return {
    line: await promise,
    end: async (): Promise<unknown> => {
      child.kill('SIGTERM');
      return (await exit)[0];
    },
  };
}

describe('the command line', () => {
  it('explains itself', async () => {
    const [help, version] = await Promise.all([cli(['--help']), cli(['--version'])]);
    for (const command of ['stdio', 'http', 'demo', 'pce-sim', 'doctor', 'tools', 'config'])
      expect(help.stdout).toContain(command);
    expect(version.stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it.each([
    [['dcotor'], 'Did you mean doctor?'],
    [['--redonly'], "Unknown option '--redonly'"],
    [['pce-sim', '--profile', 'huge'], '--profile must be one of small, mid, large, xl'],
    [['pce-sim', '--now', 'yesterday'], '--now must be a time'],
    [['tools', 'x'], 'x'],
  ])('refuses %j with the reason', async (args, reason) => {
    const { code, stdout, stderr } = await cli(args);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain(reason);
    expect(stderr).not.toContain('    at ');
  });

  it('lists tools as clients get them', async () => {
    const { stdout } = await cli(['tools', '--json', '--toolsets', 'operations']);
    const tools: unknown = JSON.parse(stdout);
    expect(tools).toMatchObject([
      { name: 'check-pce-connection', annotations: { readOnlyHint: true } },
      { name: 'get-events' },
      { name: 'get-server-changelog' },
    ]);
    expect((await cli(['tools'])).stdout).toMatch(/\d+ tools, \d+ tokens/);
  });

  it('shows the configuration without secrets, from .env too', async () => {
    writeFileSync(
      join(box.folder, '.env'),
      'API_SECRET=canary-4711\nPCE_HOST=https://pce.example.com:8443\nMCP_LOGLEVEL=x\n',
    );
    const shown = await cli(['config'], { MCP_READ_ONLY: '1' });
    writeFileSync(join(box.folder, '.env'), '');
    expect(shown.stdout).not.toContain('canary-4711');
    expect(shown.stdout).toMatch(/API_SECRET +\[redacted\] {2}\(\.env\)/);
    expect(shown.stdout).toMatch(/MCP_READ_ONLY +true {2}\(environment\)/);
    expect(shown.stdout).toContain('warning: MCP_LOGLEVEL is not a setting; did you mean MCP_LOG_LEVEL?');
    expect((await cli(['config', '--table'])).stdout).toContain('| `PCE_HOST` | – |');
  });

  it('does not serve HTTP without authentication unless told so', async () => {
    const { code, stderr } = await cli(['http', '--port', '0']);
    expect(code).toBe(1);
    expect(stderr).toContain('MCP_DEV_INSECURE=1');
    const elsewhere = await cli(['http', '--host', '0.0.0.0', '--port', '0'], { MCP_DEV_INSECURE: '1' });
    expect(elsewhere.code).toBe(1);
    expect(elsewhere.stderr).toContain('on this machine only');
  });

  it('says when a port is taken', async () => {
    const { code, stderr } = await cli(['http', '--port', String(pce.port)], { MCP_DEV_INSECURE: '1' });
    expect(code).toBe(1);
    expect(stderr).toContain(`${pce.port}`);
    expect(stderr).toContain('in use');
  });

  it('runs the simulator until it is told to stop; its first line says how to reach it', async () => {
    const program = box.program(SOURCE, ['pce-sim', '--profile', 'small', '--now', '2026-03-31T12:00:00Z', '--json']);
    const { line, end } = await started(program, 'stdout');
    const facts: Record<string, string | number> = JSON.parse(line);
    expect(Object.keys(facts)).toEqual(['url', 'host', 'port', 'org_id', 'api_key', 'api_secret']);
    const { url, org_id: org, api_key: key, api_secret: secret } = facts;
    const authorization = `Basic ${Buffer.from(`${key}:${secret}`).toString('base64')}`;
    const labels = await fetch(`${url}/api/v2/orgs/${org}/labels`, {
      headers: { authorization, accept: 'application/json' },
    });
    expect(labels.status).toBe(200);
    expect(await end()).toBe(0);
  });

  it('serves HTTP until it is told to stop', async () => {
    const program = box.program(SOURCE, ['http', '--port', '0'], { MCP_DEV_INSECURE: '1', MCP_LOG_LEVEL: 'info' });
    const { line, end } = await started(program, 'stderr', '"listening"');
    const { url } = JSON.parse(line);
    expect((await fetch(new URL('/healthz', url))).status).toBe(200);
    expect(await end()).toBe(0);
  });

  it('lists the routes of the simulator', async () => {
    const routes: unknown = JSON.parse((await cli(['pce-sim', '--routes', '--json'])).stdout);
    expect(routes).toContainEqual(expect.objectContaining({ method: 'GET', path: '/orgs/:org/workloads' }));
  });
});

describe('doctor', () => {
  it('ends with 0 where nothing is wrong, with 1 where something is', async () => {
    const [well, ill] = await Promise.all([
      cli(['doctor', '--json'], pointingAt(pce)),
      cli(['doctor', '--json'], { ...pointingAt(pce), API_SECRET: 'f'.repeat(64) }),
    ]);
    expect(well.code).toBe(0);
    expect(JSON.parse(well.stdout)).toContainEqual(expect.objectContaining({ step: 'clock', status: 'ok' }));
    expect(ill.code).toBe(1);
    expect(JSON.parse(ill.stdout)).toContainEqual(
      expect.objectContaining({ step: 'credentials', status: 'failed', code: 'key_rejected' }),
    );
  });

  it('reads for people', async () => {
    const { stdout } = await cli(['doctor'], { ...pointingAt(pce), API_SECRET: 'f'.repeat(64) });
    expect(stdout).toMatch(/ok {7}configuration/);
    expect(stdout).toMatch(/FAILED {3}credentials[^\n]*\n +→ Check API_KEY and API_SECRET/);
    expect(stdout).toMatch(/skipped {2}clock +because credentials failed/);
  });
});

/** Some other Node on the path, older than the floor; undefined where there is none. */
async function oldNode(): Promise<string | undefined> {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => !folder.includes('node_modules'));
  for (const node of folders.map((folder) => join(folder, 'node'))) {
    const { code, stdout } = await execute(node, ['--version'], {}, box.folder);
    const [major = 0, minor = 0] = stdout.replace('v', '').split('.').map(Number);
    if (code === 0 && (major < 22 || (major === 22 && minor < 13))) return node;
  }
  return undefined;
}

describe('an old Node', () => {
  it('is told what it lacks instead of failing with a syntax error', async ({ skip }) => {
    const node = await oldNode();
    skip(node === undefined, 'no Node below 22.13 on the path');
    const { code, stdout, stderr } = await execute(node ?? '', [await built(box.folder)], {}, box.folder);
    expect(code).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toContain('illumio-mcp needs Node 22.13 or newer; this is ');
  });
});

import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
const execute = promisify(execFile);

/** A simulated PCE in a process of its own. */
export interface SimulatorProcess {
  /** A call of the API as the owner; the path is below `/api/v2`. Rejects when no whole answer came. */
  readonly call: (
    method: string,
    path: string,
    body?: unknown,
  ) => Promise<{ readonly status: number; readonly json: unknown }>;
  readonly url: string;
  /** Ends it at once, without a chance to do anything. */
  readonly kill: () => Promise<void>;
  /** Asks it to end. */
  readonly stop: () => Promise<void>;
}

/** Starts `pce-sim` with these flags. Resolves when it listens. */
export async function startProcess(...flags: readonly string[]): Promise<SimulatorProcess> {
  const child = spawn(process.execPath, [MAIN, 'pce-sim', '--json', '--rate-limit', 'off', ...flags], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const { url, api_key, api_secret } = JSON.parse(await firstLine(child)) as Record<string, string>;
  const authorization = `Basic ${Buffer.from(`${api_key}:${api_secret}`).toString('base64')}`;
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
  };
  return {
    url: url ?? '',
    async call(method, path, body) {
      const answer = await fetch(`${url}/api/v2${path}`, {
        method,
        headers: { Authorization: authorization, Accept: 'application/json', 'Content-Type': 'application/json' },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      const text = await answer.text();
      return { status: answer.status, json: text === '' ? undefined : JSON.parse(text) };
    },
    kill: () => end('SIGKILL'),
    stop: () => end('SIGTERM'),
  };
}

/** Runs `pce-sim` with flags that let it end by itself. */
export async function runSimulator(
  ...flags: readonly string[]
): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }> {
  try {
    const { stdout, stderr } = await execute(process.execPath, [MAIN, 'pce-sim', ...flags], { timeout: 60_000 });
    return { code: 0, stdout, stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string }; // what execFile rejects with
    return { code, stdout, stderr };
  }
}

function firstLine({ stdout, stderr }: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let out = '';
    let err = '';
    stderr?.on('data', (chunk: Buffer) => {
      err += chunk.toString();
    });
    stdout?.on('data', (chunk: Buffer) => {
      out += chunk.toString();
      const end = out.indexOf('\n');
      if (end >= 0) resolve(out.slice(0, end));
    });
    stdout?.on('end', () => reject(new Error(`pce-sim ended: ${err}`)));
  });
}

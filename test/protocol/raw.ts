import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Program } from './clients.ts';

export interface RawRun {
  /** Every line of stdout. */
  readonly lines: readonly string[];
  readonly stderr: string;
  readonly code: number | null;
  /** From the end of input to the end of the process. */
  readonly exitMs: number;
}

interface Message {
  readonly id?: unknown;
}

/** Runs a program, sends the messages line by line, waits for the answers to `expect` of them, ends its input and waits for its end. */
export async function runRaw(
  { args, env = {}, cwd }: Program,
  input: readonly (object | string)[],
  expect: number,
): Promise<RawRun> {
  const child = spawn(process.execPath, args, {
    env: { PATH: process.env['PATH'] ?? '', ...env },
    cwd,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  const { promise: answered, resolve } = Promise.withResolvers<void>();
  child.stderr.on('data', (chunk: unknown) => {
    stderr += String(chunk);
  });
  child.stdout.on('data', (chunk: unknown) => {
    stdout += String(chunk);
    const answers = stdout.split('\n').filter((line) => line.includes('"id"')).length;
    if (answers >= expect && stdout.endsWith('\n')) resolve();
  });
  const exit = once(child, 'exit');
  // The program may end before it has read everything.
  child.stdin.on('error', () => {});
  for (const message of input)
    child.stdin.write(`${typeof message === 'string' ? message : JSON.stringify(message)}\n`);
  if (expect > 0) await Promise.race([answered, exit]);
  const end = performance.now();
  child.stdin.end();
  const [code] = await exit;
  const lines = stdout.split('\n').filter((line) => line !== '');
  return { lines, stderr, code: typeof code === 'number' ? code : null, exitMs: performance.now() - end };
}

/** The message of a line, which must be JSON-RPC and nothing else. */
export function rpc(line: string): Message & Readonly<Record<string, unknown>> {
  const message: unknown = JSON.parse(line);
  if (typeof message !== 'object' || message === null || !('jsonrpc' in message) || message.jsonrpc !== '2.0')
    throw new Error(`not JSON-RPC: ${line.slice(0, 200)}`);
  return { ...message };
}

export const initialize = (id: number, protocolVersion: string) => ({
  jsonrpc: '2.0',
  id,
  method: 'initialize',
  params: { protocolVersion, capabilities: {}, clientInfo: { name: 'raw', version: '1' } },
});

export const initialized = { jsonrpc: '2.0', method: 'notifications/initialized' };

export const request = (id: number, method: string, params: object = {}) => ({ jsonrpc: '2.0', id, method, params });

/** The promptest of up to three runs: a busy machine may hold up one of them, a server that lingers holds up all. */
export async function quickest(run: () => Promise<RawRun>): Promise<RawRun> {
  let best = await run();
  for (let attempt = 1; attempt < 3 && best.exitMs >= 1_000; attempt++) {
    const again = await run();
    if (again.exitMs < best.exitMs) best = again;
  }
  return best;
}

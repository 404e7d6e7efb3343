import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export interface Connection {
  readonly url: string;
  readonly api_key: string;
  readonly api_secret: string;
}

/** A simulator in a process of its own, so that it does not share the measured thread. */
export async function startSimulatorProcess(
  args: readonly string[],
): Promise<{ readonly connection: Connection; stop(): void }> {
  const main = fileURLToPath(new URL('../src/cli/main.ts', import.meta.url));
  const child: ChildProcess = spawn(process.execPath, [main, 'pce-sim', '--port', '0', '--json', ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (child.stdout === null) throw new Error('no output');
  for await (const line of createInterface({ input: child.stdout }))
    return { connection: JSON.parse(line) as Connection, stop: () => void child.kill() };
  throw new Error('the simulator did not start');
}

/** Runs a fixture with the connection on its stdin and gives what it prints. */
export async function runFixture<T>(name: string, args: readonly string[], connection: Connection): Promise<T> {
  const file = fileURLToPath(new URL(`fixtures/${name}.ts`, import.meta.url));
  const child = spawn(process.execPath, [file, ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.end(JSON.stringify(connection));
  const parts: Buffer[] = [];
  for await (const part of child.stdout) parts.push(part as Buffer);
  return JSON.parse(Buffer.concat(parts).toString('utf8')) as T;
}

import { execFile, execFileSync } from 'node:child_process';
import { promisify } from 'node:util';

/** Any Python that has the packages of the clients: the one of the environment, or one named by the build. */
const PYTHON = process.env['ILLUMIO_PYTHON'] ?? 'python3';

/** What a suite's name says when Python cannot import a module; empty when it can. */
export function withoutPython(module: string, distribution: string): string {
  try {
    execFileSync(PYTHON, ['-c', `import ${module}`], { stdio: 'ignore' });
    return '';
  } catch {
    return `: skipped, \`pip install ${distribution}\` first`;
  }
}

/** Runs a script that prints one JSON object as the last line, and answers that. Rejects with what it said when it fails. */
export async function runPython(
  script: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<unknown> {
  const { stdout } = await promisify(execFile)(PYTHON, [script, ...args], { env: { ...process.env, ...environment } });
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
}

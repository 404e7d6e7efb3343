import { readdirSync, readFileSync, statSync } from 'node:fs';

/** The health command of the image: whether the server in this container is well, in the mode in which it was started. */

const TIMEOUT_MS = 3_000;

/** The arguments of the server in this container, without Node and the script; undefined where none runs. */
function serverArguments(): readonly string[] | undefined {
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      // Where the table of processes is shared, those of other containers and users are not ours to judge: they see other files.
      if (!isSameFile(`/proc/${pid}/root${import.meta.filename}`, import.meta.filename)) continue;
      const [node = '', script = '', ...args] = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').slice(0, -1);
      if (!/\bnode$/.test(node)) continue;
      if (/illumio-mcp-http(?:\.js)?$/.test(script)) return ['http', ...args];
      if (/illumio-mcp(?:\.js)?$/.test(script)) return args;
    } catch {
      // Ended meanwhile, or somebody else's.
    }
  }
  return undefined;
}

function isSameFile(one: string, other: string): boolean {
  const [a, b] = [statSync(one), statSync(other)];
  return a.dev === b.dev && a.ino === b.ino;
}

function option(args: readonly string[], name: string): string | undefined {
  const at = args.findIndex((arg) => arg === name || arg.startsWith(`${name}=`));
  return at === -1 ? undefined : (args[at]?.split('=')[1] ?? args[at + 1]);
}

async function problem(): Promise<string | undefined> {
  const args = serverArguments();
  if (args === undefined) return 'no server runs';
  // A stdio server answers nobody but its client: that it runs is all there is to know.
  if (args[0] !== 'http') return undefined;
  const host = option(args, '--host') ?? process.env['MCP_HTTP_HOST'] ?? '127.0.0.1';
  const port = option(args, '--port') ?? process.env['MCP_HTTP_PORT'] ?? '8080';
  const here = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '[::1]' : host;
  const answer = await fetch(`http://${here}:${port}/healthz`, { signal: AbortSignal.timeout(TIMEOUT_MS) });
  return answer.ok ? undefined : `/healthz answers ${answer.status}`;
}

const found = await problem().catch((error: unknown) => `/healthz does not answer: ${String(error)}`);
if (found !== undefined) {
  process.stderr.write(`${found}\n`);
  process.exit(1);
}

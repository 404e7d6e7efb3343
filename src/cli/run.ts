import { Failure } from '../core/errors.ts';
import { nearest } from '../core/near.ts';
import { VERSION } from '../core/version.ts';
import { isUsageError } from './options.ts';

interface Command {
  readonly about: string;
  /** Loaded when it is asked for: a stdio server starts without the HTTP stack and the simulator. */
  readonly load: () => Promise<{ readonly run: (argv: readonly string[]) => Promise<void> }>;
}

const COMMANDS: Readonly<Record<string, Command>> = {
  stdio: {
    about: 'serve MCP over stdin and stdout (the default); --demo on a simulated PCE',
    load: () => import('./stdio.ts'),
  },
  http: { about: 'serve MCP over HTTP', load: () => import('./http.ts') },
  demo: { about: 'a guided tour on a simulated PCE; --once ends after it', load: () => import('./demo.ts') },
  'pce-sim': { about: 'the simulated PCE alone', load: () => import('./pce-sim.ts') },
  doctor: { about: 'check the way to the PCE step by step', load: () => import('./doctor.ts') },
  tools: { about: 'list the tools and what they cost in tokens', load: () => import('./tools.ts') },
  audit: { about: 'the record of calls: verify, query, export', load: () => import('./audit.ts') },
  keys: { about: 'registered PCE keys: list, revoke, rotate; generate a key', load: () => import('./keys.ts') },
  config: { about: 'show the configuration in force, without secrets', load: () => import('./config.ts') },
};

const USAGE = `illumio-mcp ${VERSION}: see, plan, change and prove microsegmentation policy on an Illumio PCE over MCP

usage: illumio-mcp [COMMAND] [OPTIONS]

${Object.entries(COMMANDS)
  .map(([name, { about }]) => `  ${name.padEnd(8)} ${about}`)
  .join('\n')}

Settings come from the environment, .env and flags; \`illumio-mcp config\` shows them.
`;

/** Runs the command of the command line. Expected failures end with a message on stderr: 1, or 2 where the command line is wrong. */
export async function run(argv: readonly string[]): Promise<void> {
  const [first = '', ...rest] = argv;
  if (first === '--help' || first === '-h' || first === 'help') return void process.stdout.write(USAGE);
  if (first === '--version' || first === '-v') return void process.stdout.write(`${VERSION}\n`);
  const named = first !== '' && !first.startsWith('-');
  const name = named ? first : 'stdio';
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (!command) return end(2, unknownCommand(name));
  try {
    const { run: start } = await command.load();
    await start(named ? rest : argv);
  } catch (error) {
    if (error instanceof Failure) return end(1, `${error.message}\n${error.remedy}`);
    if (isUsageError(error)) return end(2, `illumio-mcp ${name}: ${error.message}`);
    const listening = listenProblem(error);
    if (listening !== undefined) return end(1, listening);
    throw error;
  }
}

/** The two reasons a server cannot listen that its operator can do something about. */
function listenProblem(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error) || !('port' in error)) return undefined;
  const port = String(error.port);
  if (error.code === 'EADDRINUSE') return `Port ${port} is in use. Choose another with --port, or 0 for a free one.`;
  return error.code === 'EACCES' ? `Port ${port} needs privileges. Choose one above 1023 with --port.` : undefined;
}

function unknownCommand(name: string): string {
  const near = nearest(name, Object.keys(COMMANDS));
  return `There is no command ${JSON.stringify(name)}.${near ? ` Did you mean ${near}?` : ''}\n\n${USAGE}`;
}

function end(code: number, message: string): void {
  process.stderr.write(`${message.trimEnd()}\n`);
  process.exitCode = code;
}

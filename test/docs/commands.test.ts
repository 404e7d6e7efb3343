import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ROOT } from '../../scripts/docs/generate.ts';
import { settings } from '../../src/config/schema.ts';
import { pages } from './pages.ts';

const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  readonly scripts: Readonly<Record<string, string>>;
};
/** As src/cli/run.ts lists them. */
const COMMANDS = ['stdio', 'http', 'demo', 'pce-sim', 'doctor', 'tools', 'audit', 'keys', 'config', 'help'];
const ACTIONS: Readonly<Record<string, readonly string[]>> = {
  audit: ['verify', 'query', 'export'],
  keys: ['list', 'revoke', 'rotate', 'generate'],
};
/** npm's own commands, and the tools of the system that recipes call. */
const NPM = new Set(['ci', 'test', 'pack', 'install', 'i']);
const SYSTEM = new Set(
  'cd chmod kubectl mkdir cp curl cat export openssl sqlite3 psql vault aws gcloud az python3 terraform jq docker npx node claude code git kill echo sleep wait'.split(
    ' ',
  ),
);

const lines = pages.flatMap(({ path, fences }) =>
  fences
    .filter(({ language }) => language === 'bash')
    .flatMap(({ body }) => body.replaceAll('\\\n', ' ').split('\n'))
    .map((line) => line.replace(/(?:^|\s)#.*$/, '').trim())
    .filter((line) => line !== '')
    .map((line) => ({ path, line })),
);

it.each(lines)('$path: $line', ({ line }) => {
  for (const command of line.split(/\s(?:&&|\|\||\||;)\s/)) expect(problemOf(command.trim())).toBeNull();
});

function problemOf(command: string): string | null {
  // An assignment of what a command prints: that command is the one to look at.
  const inner = /^[A-Z_]+="?\$\((.+)\)\S*$/.exec(command)?.[1] ?? command;
  const words = inner
    .replace(/^(?:[A-Z_]+=\S+\s+)+/, '')
    .replace(/\s&$/, '')
    .split(/\s+/);
  const [program = ''] = words;
  if (/^[A-Za-z_]+=/.test(program)) return null;
  if (program === 'illumio-mcp') return ownCommand(words.slice(1));
  if (program === 'illumio-mcp-http') return ownCommand(['http', ...words.slice(1)]);
  if (program !== 'npm') return SYSTEM.has(program) ? null : `unknown program ${program}`;
  const [verb = '', ...rest] = words.slice(1).filter((word) => word !== '-s');
  if (verb !== 'run') return NPM.has(verb) ? null : `npm has no ${verb}`;
  const [script = '', dashes, ...args] = rest;
  if (!(script in scripts)) return `there is no script ${script}`;
  if (script === 'demo') return ownCommand(['demo', ...args]);
  return script === 'cli' && dashes === '--' ? ownCommand(args) : null;
}

/** Whether the command line knows the command and every flag, by the command's own source. */
function ownCommand(words: readonly string[]): string | null {
  const [first = ''] = words;
  if (first === 'ARGS') return null;
  const command = first.startsWith('-') || first === '' ? 'stdio' : first;
  if (!COMMANDS.includes(command)) return `there is no command ${command}`;
  const actions = ACTIONS[command];
  if (actions && !actions.includes(words[1] ?? '')) return `${command} has no ${words[1]}`;
  if (command === 'help') return null;
  const source = readFileSync(join(ROOT, `src/cli/${command}.ts`), 'utf8');
  const flags = words.filter((word) => word.startsWith('--')).map((word) => word.slice(2).replace(/=.*$/s, ''));
  const known = (flag: string): boolean =>
    settings.some((setting) => setting.flag === flag) || new RegExp(`\\b'?${flag}'?: \\{ type`).test(source);
  const unknown = flags.filter((flag) => !known(flag));
  return unknown.length === 0 ? null : `${command} has no --${unknown.join(', --')}`;
}

import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { Failure } from '../core/errors.ts';
import { LEVEL_NAMES, levelNamed } from './log-level.ts';
import { misspellings } from './misspelled.ts';
import { type SettingName, type Settings, schema, settings } from './schema.ts';

/** Where a value came from. */
export type Source = 'default' | 'environment' | '.env' | 'flag' | 'file';

export interface Config {
  readonly settings: Settings;
  /** Every setting; `default` also where there is neither a value nor a default. */
  readonly sources: Readonly<Record<string, Source>>;
  /** What the operator should know although the start goes on. */
  readonly warnings: readonly string[];
}

export interface ConfigInput {
  readonly environment?: Readonly<Record<string, string | undefined>> | undefined;
  /** Text of `.env`; by default that of the working folder, if there is one. */
  readonly dotenv?: string | undefined;
  /** Values of command-line flags by the name of their setting. */
  readonly flags?: Readonly<Partial<Record<SettingName, string>>> | undefined;
  readonly readFile?: ((path: string) => string) | undefined;
}

interface Given {
  readonly value: string;
  readonly source: Source;
}

type Names = Readonly<Record<string, string | undefined>>;

/**
 * The configuration: flags win over the environment, that over `.env`; an empty value is unset; secrets also from the file named by
 * `NAME_FILE`. Throws `invalid_configuration` with one message that lists everything that is wrong.
 */
export function loadConfig({
  environment = process.env,
  dotenv = readDotenv(),
  flags = {},
  readFile = (path) => readFileSync(path, 'utf8'),
}: ConfigInput = {}): Config {
  const fromEnvironment = present(environment);
  const fromFile = present(parseEnv(dotenv));
  const { refused, warnings: spelling } = misspellings([...Object.keys(fromEnvironment), ...Object.keys(fromFile)]);
  const problems = [...refused];
  const { kept, warnings: redirected } = withoutRedirection(fromFile, fromEnvironment);

  const given = new Map<SettingName, Given>();
  for (const { name, secret } of settings) {
    const inFlags = flags[name];
    const candidates: (Given | undefined)[] = [
      inFlags === undefined ? undefined : { value: inFlags, source: 'flag' },
      secret ? fromSecret(name, fromEnvironment, 'environment') : plainly(name, fromEnvironment, 'environment'),
      secret ? fromSecret(name, kept, '.env') : plainly(name, kept, '.env'),
    ];
    const found = candidates.find((candidate) => candidate !== undefined);
    if (found) given.set(name, found);
  }

  function fromSecret(name: SettingName, names: Names, source: Source): Given | undefined {
    const path = names[`${name}_FILE`];
    const direct = plainly(name, names, source);
    if (path === undefined) return direct;
    if (direct) problems.push(`${name} and ${name}_FILE are both set; give one of them`);
    try {
      const value = readFile(path).replace(/\r?\n$/, '');
      if (value !== '') return { value, source: 'file' };
      problems.push(`${name}_FILE names an empty file`);
    } catch (error) {
      problems.push(`${name}_FILE cannot be read (${errorCode(error)})`);
    }
    return undefined;
  }

  const values = Object.fromEntries([...given].map(([name, { value }]) => [name, value]));
  const parsed = schema.safeParse(values);
  if (!parsed.success)
    for (const issue of parsed.error.issues) problems.push(`${issue.path.join('.')} ${issue.message}`);
  else if (portsDisagree(parsed.data)) problems.push('PCE_PORT and the port in PCE_HOST differ; give one of them');
  if (!parsed.success || problems.length > 0)
    throw new Failure('invalid_configuration', {
      message: `The configuration is not valid:\n${problems.map((problem) => `- ${problem}`).join('\n')}`,
    });

  const sources = Object.fromEntries(settings.map(({ name }) => [name, given.get(name)?.source ?? 'default'] as const));
  return { settings: parsed.data, sources, warnings: [...spelling, ...redirected, ...unknownLogLevel(parsed.data)] };
}

/** Lower-case proxy names are what curl and most tools read. */
const ALIASES: Names = { HTTPS_PROXY: 'https_proxy', NO_PROXY: 'no_proxy' };

function plainly(name: SettingName, names: Names, source: Source): Given | undefined {
  const value = names[name] ?? names[ALIASES[name] ?? name];
  return value === undefined ? undefined : { value, source };
}

/** Trimmed, and without what is empty. Windows does not tell `path` from `PATH`. */
function present(names: Names): Names {
  const filled = Object.entries(names).flatMap(([name, value]) => {
    const trimmed = value?.trim();
    return trimmed ? [[process.platform === 'win32' ? name.toUpperCase() : name, trimmed] as const] : [];
  });
  return Object.fromEntries(filled);
}

/**
 * MCP hosts start servers in whatever folder is open. A `.env` lying there must not send a key of the user's environment to another
 * host or through another proxy: where the key comes from also says where it goes.
 */
function withoutRedirection(fromFile: Names, fromEnvironment: Names): { kept: Names; warnings: readonly string[] } {
  const keyInEnvironment = 'API_SECRET' in fromEnvironment || 'API_SECRET_FILE' in fromEnvironment;
  if (!keyInEnvironment) return { kept: fromFile, warnings: [] };
  const routes = new Set<string>(
    settings.filter(({ route }) => route).flatMap(({ name }) => [name, ALIASES[name] ?? name]),
  );
  const ignored = Object.keys(fromFile).filter((name) => routes.has(name) && fromEnvironment[name] === undefined);
  if (ignored.length === 0) return { kept: fromFile, warnings: [] };
  return {
    kept: Object.fromEntries(Object.entries(fromFile).filter(([name]) => !routes.has(name))),
    warnings: [
      `${ignored.join(', ')} in .env ignored: API_SECRET comes from the environment, so must the way to the PCE`,
    ],
  };
}

const portsDisagree = ({ PCE_HOST: host, PCE_PORT: port }: Settings): boolean =>
  host?.port !== undefined && port !== undefined && host.port !== port;

/** The reference server goes on with INFO and a warning, and so do we. */
function unknownLogLevel({ MCP_LOG_LEVEL }: Settings): readonly string[] {
  return levelNamed(MCP_LOG_LEVEL) === undefined
    ? [`MCP_LOG_LEVEL is none of ${LEVEL_NAMES.join(', ')}; using info`]
    : [];
}

function readDotenv(): string {
  try {
    return readFileSync('.env', 'utf8');
  } catch {
    return '';
  }
}

const errorCode = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'error';

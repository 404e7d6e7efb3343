import { stat } from 'node:fs/promises';
import { type Config, type ConfigInput, loadConfig } from '../../config/load.ts';
import { Failure } from '../../core/errors.ts';
import { pceSettings } from '../../dispatch/pce-settings.ts';
import type { PceSettings } from '../../pce/settings.ts';
import { Fault, ok, type Step, warning } from './step.ts';

export interface Configured {
  readonly config: Config;
  readonly pce: PceSettings;
}

/** The configuration, or the fault that it has. */
export function configured(input: ConfigInput): Configured | Fault {
  try {
    const config = loadConfig(input);
    return { config, pce: pceSettings(config.settings) };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return new Fault(error.code === 'not_configured' ? 'config_incomplete' : 'config_invalid', error.message);
  }
}

/** Above this a PCE refuses (objects.md §3). */
const PCE_LIMIT_PER_MINUTE = 500;

/** What can be said before anything is sent. */
export function configurationSteps(
  { config: { settings, sources, warnings }, pce }: Configured,
  envFile: string,
): readonly Step[] {
  return [
    {
      name: 'configuration',
      run: async () =>
        warnings.length === 0
          ? ok(`${pce.host}:${pce.port}, organisation ${pce.orgId}`)
          : warning('config_warning', warnings.join('; ')),
    },
    { name: 'secrets', run: () => secrets(sources['API_SECRET'], envFile) },
    {
      name: 'quota',
      async run() {
        const limit = settings.PCE_REQUESTS_PER_MINUTE;
        const told = limit === 0 ? 'no limit of our own' : `at most ${limit} requests a minute`;
        return limit === 0 || limit > PCE_LIMIT_PER_MINUTE ? warning('quota_above_limit', told) : ok(told);
      },
    },
  ];
}

/** Whether others on this machine can read the secret. On Windows the mode of a file does not tell. */
async function secrets(source: string | undefined, envFile: string) {
  if (source !== '.env')
    return ok(`API_SECRET from the ${source === 'file' ? 'file of API_SECRET_FILE' : 'environment'}`);
  const { mode } = await stat(envFile);
  return process.platform !== 'win32' && (mode & 0o044) !== 0
    ? warning('secrets_readable', '.env holds API_SECRET and others on this machine can read it')
    : ok('API_SECRET from .env, which only its owner can read');
}

import type { ConfigInput } from '../../config/load.ts';
import { systemSleep } from '../../core/clock.ts';
import { connectPce, type PceConnection } from '../../pce/index.ts';
import type { PceSettings } from '../../pce/settings.ts';
import { type Configured, configurationSteps, configured } from './configuration.ts';
import { fileSteps } from './files.ts';
import { networkSteps } from './network.ts';
import { pceSteps } from './pce.ts';
import { type Checked, check, Fault, type Step } from './step.ts';

/** A person waits for every retry. */
const MAX_PAUSE_MS = 100;
const DEADLINE_MS = 20_000;

export interface DiagnoseOptions {
  /** How long the PCE may take for one step. */
  readonly deadlineMs?: number;
  /** Where settings are read from besides the environment. */
  readonly envFile?: string;
}

/** The way from this configuration to the PCE and back, step by step. What is not given is read from the environment and `.env`. */
export async function* diagnose(
  input: ConfigInput = {},
  { deadlineMs = DEADLINE_MS, envFile = '.env' }: DiagnoseOptions = {},
): AsyncGenerator<Checked> {
  const found = configured(input);
  let connection: PceConnection | undefined;
  const connect = (pce: PceSettings) => {
    const sleep: typeof systemSleep = (ms, signal) => systemSleep(Math.min(ms, MAX_PAUSE_MS), signal);
    return (connection ??= connectPce(pce, { sleep }));
  };
  try {
    yield* check(found instanceof Fault ? [broken(found)] : steps(found, connect, { deadlineMs, envFile }));
  } finally {
    await connection?.close();
  }
}

const broken = (fault: Fault): Step => ({ name: 'configuration', run: () => Promise.reject(fault) });

const steps = (
  { config, pce }: Configured,
  connect: (pce: PceSettings) => PceConnection,
  { deadlineMs, envFile }: Required<DiagnoseOptions>,
): readonly Step[] => [
  ...configurationSteps({ config, pce }, envFile),
  ...fileSteps(config, pce.tls),
  ...networkSteps(pce),
  ...pceSteps(() => connect(pce), { readOnly: pce.readOnly ?? false, deadlineMs }),
];

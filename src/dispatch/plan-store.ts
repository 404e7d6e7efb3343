import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Log } from '../core/log.ts';
import type { PlanStore } from '../store/plans.ts';

/** Plans in the state folder; where that cannot be written, in memory, which is said: they end with the process. */
export async function openPlanStore(stateDir: string | undefined, log: Log): Promise<PlanStore> {
  const path = join(stateDir ?? stateFolder(), 'plans.db');
  try {
    const { openSqlitePlans } = await import('../store/sqlite-plans.ts');
    return await openSqlitePlans(path);
  } catch (error) {
    log.warning('the state folder cannot be used; plans end with this process', { path, error });
    return memoryPlans();
  }
}

/** Plans that end with this process. */
export async function memoryPlans(): Promise<PlanStore> {
  const { createMemoryPlans } = await import('../store/memory-plans.ts');
  return createMemoryPlans();
}

/** Where the platform wants programs to keep what must survive but is not worth a backup. */
function stateFolder(): string {
  const { env, platform } = process;
  if (platform === 'win32') return join(env['LOCALAPPDATA'] ?? join(homedir(), 'AppData', 'Local'), 'illumio-mcp');
  if (platform === 'darwin') return join(homedir(), 'Library', 'Application Support', 'illumio-mcp');
  return join(env['XDG_STATE_HOME'] ?? join(homedir(), '.local', 'state'), 'illumio-mcp');
}

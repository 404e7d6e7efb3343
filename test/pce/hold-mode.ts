import { connectPce } from '../../src/pce/index.ts';
import type { PceSettings } from '../../src/pce/settings.ts';
import { createPceWriter } from '../../src/changes/pce-writer.ts';
import { hrefOf, textOf } from '../../src/changes/wire.ts';
import type { PceWriter } from '../../src/changes/plan.ts';
import type { JsonObject } from '../../src/core/json.ts';

/** Remembers the enforcement mode of the workload with this host name; the function it returns puts it back, and tells whether it had to. */
export async function holdMode(settings: PceSettings, hostname: string): Promise<() => Promise<boolean>> {
  const mode = await withPce(settings, async (pce) => textOf(await workload(pce, hostname), 'enforcement_mode'));
  return () =>
    withPce(settings, async (pce) => {
      const now = await workload(pce, hostname);
      if (mode === null || textOf(now, 'enforcement_mode') === mode) return false;
      await pce.send({ method: 'PUT', path: hrefOf(now), body: { enforcement_mode: mode } });
      return true;
    });
}

async function withPce<T>(settings: PceSettings, work: (pce: PceWriter) => Promise<T>): Promise<T> {
  const connection = connectPce(settings);
  try {
    return await work(createPceWriter(connection.http));
  } finally {
    await connection.close();
  }
}

async function workload(pce: PceWriter, hostname: string): Promise<JsonObject> {
  const found = await pce.list(`/orgs/${pce.orgId}/workloads`, { hostname, managed: 'true' });
  const [only, second] = found.filter((one) => textOf(one, 'hostname') === hostname);
  if (only === undefined || second !== undefined)
    throw new Error(`PCE_TEST_WORKLOAD: ${second === undefined ? 'no' : 'more than one'} managed workload ${hostname}`);
  return only;
}

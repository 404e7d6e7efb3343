import { connectPce } from '../../src/pce/index.ts';
import type { PceSettings } from '../../src/pce/settings.ts';
import { createPceWriter } from '../../src/changes/pce-writer.ts';
import type { PceWriter } from '../../src/changes/plan.ts';
import { pendingObjects } from '../../src/changes/policy-objects.ts';
import { changeSubset, hrefOf, nameOf } from '../../src/changes/wire.ts';
import type { JsonObject } from '../../src/core/json.ts';

/** In the order in which they can be deleted: what refers to others first. */
const POLICY_TYPES = ['rule_sets', 'label_groups', 'ip_lists', 'services'] as const;

export interface Cleaned {
  readonly removed: readonly string[];
  /** What could not be removed: in force, and provisioning was not allowed. */
  readonly left: readonly string[];
}

/** Removes every object whose name starts with `prefix`, whichever run made it, and nothing else. */
export async function removePrefixed(
  settings: PceSettings,
  { prefix, mayProvision }: { readonly prefix: string; readonly mayProvision: boolean },
): Promise<Cleaned> {
  const connection = connectPce(settings);
  try {
    const pce = createPceWriter(connection.http);
    const removed: string[] = [];
    const own = (object: JsonObject): boolean => nameOf(object).startsWith(prefix);
    const remove = async (object: JsonObject): Promise<void> => {
      await pce.send({ method: 'DELETE', path: hrefOf(object), body: undefined });
      removed.push(nameOf(object));
    };
    for (const type of POLICY_TYPES) {
      const objects = (await pce.list(`/orgs/${pce.orgId}/sec_policy/draft/${type}`, { name: prefix })).filter(own);
      for (const object of objects) if (object['update_type'] !== 'delete') await remove(object).catch(() => {});
      // What is still in force holds on to what it refers to.
      if (mayProvision) await provisionDeletions(pce, prefix);
    }
    const workloads = await pce.list(`/orgs/${pce.orgId}/workloads`, { name: prefix, managed: 'false' });
    for (const workload of workloads.filter(own)) await remove(workload);
    const labels = await pce.list(`/orgs/${pce.orgId}/labels`, { value: prefix });
    for (const label of labels.filter((object) => own(object) && object['deleted'] !== true))
      await remove(label).catch(() => {});
    return { removed, left: await leftOver(pce, own) };
  } finally {
    await connection.close();
  }
}

async function provisionDeletions(pce: PceWriter, prefix: string): Promise<void> {
  const pending = await pendingObjects(pce);
  const hrefs = pending
    .filter(({ name, change }) => name.startsWith(prefix) && change === 'delete')
    .map(({ href }) => href);
  if (hrefs.length === 0) return;
  const body = { update_description: `Remove ${prefix} objects`, change_subset: changeSubset(hrefs) };
  await pce.send({ method: 'POST', path: `/orgs/${pce.orgId}/sec_policy`, body });
}

async function leftOver(pce: PceWriter, own: (object: JsonObject) => boolean): Promise<readonly string[]> {
  const collections = [...POLICY_TYPES.map((type) => `sec_policy/draft/${type}`), 'workloads', 'labels'];
  const lists = await Promise.all(collections.map((collection) => pce.list(`/orgs/${pce.orgId}/${collection}`)));
  return lists
    .flat()
    .filter((object) => own(object) && object['deleted'] !== true)
    .map((object) => `${nameOf(object)} (${hrefOf(object)})`);
}

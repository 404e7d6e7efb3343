import type { JsonObject } from '../../core/json.ts';
import { hrefOf, isJsonObject, objectsIn, textIn } from '../lifecycle/body.ts';
import { labelHref, labelIdIn, workloadHref } from '../objects/wire.ts';
import type { StoredWorkload } from '../objects/workload-store.ts';
import { labelRefs } from '../objects/workload-wire.ts';
import type { StoredRecord } from '../records/record-store.ts';
import type { WorldState } from '../world-state.ts';
import { mappingTest } from './expression.ts';

/** A label a rule gives: one that exists, or a key and a value that will. */
export interface Given {
  readonly href: string | null;
  readonly key: string;
  readonly value: string;
}

/** The labels of a rule's assignments. */
export function givenBy(world: WorldState, { body }: StoredRecord): readonly Given[] {
  return objectsIn(body['label_assignments']).flatMap(({ label }): Given[] => {
    if (!isJsonObject(label)) return [];
    const id = labelIdIn(world.orgId, hrefOf(label));
    const known = id === null ? undefined : world.label(id);
    if (id !== null && known) return [{ href: labelHref(world.orgId, id), key: known.key, value: known.value }];
    const [key, value] = [textIn(label['key']), textIn(label['value'])];
    if (key === null || value === null) return [];
    const found = world.labels.find(key, value);
    return [{ href: found ? labelHref(world.orgId, found.record.id) : null, key, value: found?.record.value ?? value }];
  });
}

/**
 * What rules would give each workload: of a key, the first rule in order that matches; where the workload has a label of that key, only a
 * rule that overwrites. Workloads that would get nothing are left out.
 */
export function proposals(
  world: WorldState,
  rules: readonly StoredRecord[],
  workloads: readonly StoredWorkload[],
  ruleHref: (rule: StoredRecord) => string,
): readonly JsonObject[] {
  const ready = rules.map((rule) => ({
    href: ruleHref(rule),
    overwrite: rule.body['overwrite'] === true,
    test: mappingTest(isJsonObject(rule.body['expression']) ? rule.body['expression'] : {}),
    labels: givenBy(world, rule),
  }));
  return workloads.flatMap(({ record }): JsonObject[] => {
    const existing = labelRefs(world, record.labels);
    const byKey = new Map(existing.map(({ key, href }) => [key, href]));
    const decided = new Set<string>();
    const assigned: JsonObject[] = [];
    for (const { href, overwrite, test, labels } of ready) {
      if (!test(record)) continue;
      for (const label of labels) {
        if (decided.has(label.key)) continue;
        decided.add(label.key);
        const has = byKey.get(label.key);
        if (has !== undefined && (!overwrite || has === label.href)) continue;
        assigned.push({
          ...(label.href !== null && { href: label.href }),
          key: label.key,
          value: label.value,
          label_mapping_rule: { href },
        });
      }
    }
    if (assigned.length === 0) return [];
    return [
      {
        href: workloadHref(world.orgId, record.id),
        hostname: record.hostname,
        existing_labels: existing,
        labels_to_assign: assigned,
      },
    ];
  });
}

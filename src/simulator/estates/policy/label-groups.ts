import type { JsonObject } from '../../../core/json.ts';
import { createRandom, uuidOf } from '../../random.ts';
import type { VersionedSeed } from '../estate.ts';
import type { LabelIndex } from '../labels.ts';
import { provisioned } from './seeds.ts';

const GROUPS = [
  ['nonprod', 'env', ['dev', 'test', 'staging'], []],
  ['cde-apps', 'app', ['payments', 'tokenizer', 'pos-gw'], []],
  ['infra-core', 'app', ['ad-core', 'dns-dhcp', 'ntp', 'pki-vault'], []],
  [
    'all-infra',
    'app',
    ['monitoring', 'siem', 'backup', 'patching', 'vulnscan', 'edr-relay', 'config-mgmt'],
    ['infra-core'],
  ],
] as const;

/** Key and values of a group, those of its sub-groups included. */
export function groupMembers(name: string): { readonly key: string; readonly values: readonly string[] } {
  const group = GROUPS.find(([each]) => each === name);
  if (group === undefined) throw new RangeError(`no label group ${name}`);
  const [, key, values, subGroups] = group;
  return { key, values: [...values, ...subGroups.flatMap((sub) => groupMembers(sub).values)] };
}

export const groupHref = (orgId: number, seed: number, name: string): string =>
  `/orgs/${orgId}/sec_policy/draft/label_groups/${uuidOf(seed, 'label-group', name)}`;

export function buildLabelGroups(
  orgId: number,
  labels: LabelIndex,
  authors: readonly number[],
  seed: number,
  nowMs: number,
): VersionedSeed[] {
  const random = createRandom(seed, 'label-groups');
  return GROUPS.map(([name, key, values, subGroups]) => {
    const body: JsonObject = {
      name,
      description: '',
      key,
      labels: values.flatMap((value) => {
        const id = labels.get(`${key}=${value}`);
        return id === undefined ? [] : [{ href: `/orgs/${orgId}/labels/${id}` }];
      }),
      sub_groups: subGroups.map((sub) => ({ href: groupHref(orgId, seed, sub) })),
    };
    return provisioned(uuidOf(seed, 'label-group', name), body, random.pick(authors), random, nowMs);
  });
}

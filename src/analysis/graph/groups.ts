import type { EnforcementMode, Workload } from '../../model/inventory.ts';

/** Workloads a person would name together: same app, env and role, same mode. */
export interface HostGroup {
  readonly index: number;
  /** `vdi:desktop (prod)`; `unlabelled`; a mode is added where a group's workloads have several. */
  readonly name: string;
  readonly app: string | null;
  readonly env: string | null;
  readonly role: string | null;
  readonly mode: EnforcementMode;
  readonly managed: boolean;
  /** Indexes into the workloads given. */
  readonly members: readonly number[];
}

const labelOf = (workload: Workload, key: string): string | null =>
  workload.labels.find((label) => label.key === key)?.value ?? null;

function nameOf(app: string | null, env: string | null, role: string | null): string {
  if (app === null && env === null && role === null) return 'unlabelled';
  return `${app ?? 'no app'}${role === null ? '' : `:${role}`}${env === null ? '' : ` (${env})`}`;
}

/** The groups of an estate, by name. Those that name says alike and mode tells apart carry it. */
export function hostGroups(workloads: readonly Workload[]): readonly HostGroup[] {
  const parts = new Map<string, Omit<HostGroup, 'index' | 'members'> & { readonly members: number[] }>();
  workloads.forEach((workload, index) => {
    const [app, env, role] = [labelOf(workload, 'app'), labelOf(workload, 'env'), labelOf(workload, 'role')];
    const { managed } = workload;
    const mode = managed ? workload.mode : 'idle';
    const key = JSON.stringify([app, env, role, managed, mode]);
    const part = parts.get(key) ?? { name: nameOf(app, env, role), app, env, role, mode, managed, members: [] };
    part.members.push(index);
    parts.set(key, part);
  });
  const sharing = Map.groupBy(parts.values(), ({ name }) => name);
  return [...parts.values()]
    .map((part) => ({
      ...part,
      name:
        (sharing.get(part.name)?.length ?? 1) > 1
          ? `${part.name} ${part.managed ? part.mode : 'unmanaged'}`
          : part.name,
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map((part, index) => ({ ...part, index }));
}

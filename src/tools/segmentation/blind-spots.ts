import type { Workload } from '../../model/inventory.ts';
import { plural, tally, tallyText } from '../listing.ts';

/** Flows that do not show although they happen, by how these workloads report (traffic.md §5.1), as gaps in words. */
export function blindSpots(workloads: readonly Workload[]): readonly string[] {
  const managed = workloads.filter((workload) => workload.managed);
  const spots = (count: number, what: string): readonly string[] =>
    count === 0 ? [] : [`${plural(count, 'workload')} ${what}`];
  const drops = managed.filter(({ visibility }) => visibility === 'flow_drops').length;
  const off = managed.filter(({ visibility }) => visibility === 'flow_off').length;
  return [
    ...spots(off, 'with visibility off: their flows show only where the other end reports them'),
    ...spots(drops, 'that report only blocked flows (flow_drops): what they let pass shows only at the other end'),
    ...spots(
      managed.filter(({ mode }) => mode === 'idle').length,
      'in idle: a snapshot every ten minutes is all they report',
    ),
    ...spots(managed.filter(({ online }) => !online).length, 'offline: what they did since is not in the flows'),
    ...spots(workloads.length - managed.length, 'without a VEN: nothing is enforced there, and they report nothing'),
  ];
}

/** `selective 9, full 4`. */
export const modesText = (workloads: readonly Workload[]): string =>
  tallyText(tally(workloads.filter(({ managed }) => managed).map(({ mode }) => mode)));

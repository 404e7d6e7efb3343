import type { ActorRef } from '../../changes/refs-actors.ts';
import { isProcessQualified } from '../../changes/refs-services.ts';
import type { Service, Workload } from '../../model/inventory.ts';
import { plural } from '../listing.ts';
import type { ToolContext } from '../tool.ts';

const SHOWN = 10;

/** A source of a rule, and the label key where it is a label. */
type Source = Pick<ActorRef, 'actor' | 'key'>;

/**
 * Which sources of a rule cannot hold it to a Windows process, because they do not run Windows: there the rule is open to every
 * process. Null where there are none, or the rule names no process. Sources in label groups are not looked at one by one, which
 * the text says.
 */
export async function widerProcessRule(
  egress: readonly Service[],
  consumers: readonly Source[],
  context: ToolContext,
): Promise<string | null> {
  const named = egress.filter(isProcessQualified);
  if (named.length === 0) return null;
  const hosts = (await workloadsOf(consumers, context)).filter(({ osId }) => osId === null || !/^win/i.test(osId));
  const unseen = consumers.some(({ actor }) => actor.kind === 'label_group')
    ? ' Members of label groups were not looked at.'
    : '';
  if (hosts.length === 0) return unseen === '' ? null : unseen.trim();
  const shown = hosts.slice(0, SHOWN).map(({ name, hostname, href }) => name ?? hostname ?? href);
  const services = named.map(({ name }) => name).join(', ');
  return `${plural(hosts.length, 'source')} not known to run Windows cannot hold the rule to the process of ${services}: ${shown.join(', ')}${hosts.length > SHOWN ? ' …' : ''}.${unseen}`;
}

async function workloadsOf(consumers: readonly Source[], { pce, signal }: ToolContext): Promise<readonly Workload[]> {
  const { items } = await pce.workloads({}, { signal });
  if (consumers.some(({ actor }) => actor.kind === 'ams')) return items;
  const named = new Set(consumers.flatMap(({ actor }) => (actor.kind === 'workload' ? [actor.href] : [])));
  const labels = consumers.filter(({ actor }) => actor.kind === 'label');
  const byKey = [...Map.groupBy(labels, ({ key }) => key ?? '')];
  return items.filter((workload) => {
    if (named.has(workload.href)) return true;
    return byKey.length > 0 && byKey.every(([key, refs]) => carriesOne(workload, key, refs));
  });
}

/** Labels of one key: one of the included, none of the excluded, and some label of the key at all (objects.md §11.2). */
function carriesOne(workload: Workload, key: string, refs: readonly Source[]): boolean {
  const own = workload.labels.find((label) => label.key === key);
  if (own === undefined) return false;
  const hrefs = (exclusion: boolean) =>
    refs.flatMap(({ actor }) => (actor.kind === 'label' && actor.exclusion === exclusion ? [actor.href] : []));
  const included = hrefs(false);
  return (included.length === 0 || included.includes(own.href)) && !hrefs(true).includes(own.href);
}

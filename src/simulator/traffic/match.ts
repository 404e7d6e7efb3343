import { type Href, idOf } from '../../core/href.ts';
import { fqdnMatcher } from '../../model/addresses/fqdn.ts';
import { setOfSpans } from '../../model/addresses/set.ts';
import { flattenGroups } from '../../model/labels/groups.ts';
import type { PolicySource } from '../../model/policy/source.ts';
import type { FlowRow } from '../estates/estate.ts';
import type { World } from '../world.ts';
import { addressTest, ipListTest } from './ip-lists.ts';
import type { ActorTest, ServiceTest, Side, TrafficQuestion } from './question.ts';
import type { End } from './view.ts';

type EndTest = (end: End, row: FlowRow) => boolean;

/** Whether a row has the ends, the service and the transmission a question asks for; decisions are judged later, as they cost more. */
export type RowTest = (row: FlowRow, src: End, dst: End) => boolean;

/** The test of `question` over the label groups and IP lists as they are now (traffic.md §2.5, §2.7). */
export function rowTest(question: TrafficQuestion, world: World): RowTest {
  const [source, destination] = [question.sources, question.destinations].map((side) =>
    sideTest(side, question, world),
  );
  const wanted = question.services.include.map(serviceTest);
  const unwanted = question.services.exclude.map(serviceTest);
  if (!source || !destination) throw new Error('a question has two sides');
  return (row, src, dst) => {
    if (source.excludes(src, row) || destination.excludes(dst, row)) return false;
    const ends = question.either
      ? source.includes(src, row) || destination.includes(dst, row)
      : source.includes(src, row) && destination.includes(dst, row);
    return ends && (wanted.length === 0 || wanted.some((test) => test(row))) && !unwanted.some((test) => test(row));
  };
}

function sideTest(
  { include, exclude }: Side,
  { workloadsOutsideIpLists }: TrafficQuestion,
  world: World,
): { readonly includes: EndTest; readonly excludes: EndTest } {
  const groups = include.map((group) => group.map((actor) => actorTest(actor, world, workloadsOutsideIpLists)));
  // The flag concerns what a list brings in (traffic.md §2.7); an excluded list removes every address in it.
  const dropped = exclude.map((actor) => actorTest(actor, world, false));
  return {
    includes: (end, row) => groups.length === 0 || groups.some((group) => group.every((test) => test(end, row))),
    excludes: (end, row) => dropped.some((test) => test(end, row)),
  };
}

function actorTest(actor: ActorTest, world: World, workloadsOutsideIpLists: boolean): EndTest {
  switch (actor.kind) {
    case 'label':
      return ({ peer }) => peer?.labelIds.has(actor.id) ?? false;
    case 'label_group': {
      const ids = groupLabels(actor.href, policyOf(actor.href, world));
      return ({ peer }) => peer?.record.labels.some((id) => ids.has(id)) ?? false;
    }
    case 'workload':
      return ({ peer }) => peer?.record.id === actor.id;
    case 'ip_list': {
      const test = listTest(actor.href, world);
      return (end) => !(workloadsOutsideIpLists && end.peer) && test(end.ip, end.fqdn);
    }
    case 'ip_address': {
      const inside = addressTest(setOfSpans([actor.span]));
      return ({ ip }) => inside(ip);
    }
    case 'ams':
      return ({ peer }) => peer?.record.managed ?? false;
    case 'transmission':
      return (_, row) => row.transmission === actor.value;
    case 'fqdn': {
      const test = fqdnMatcher(actor.pattern);
      return ({ fqdn }) => fqdn !== null && test(fqdn);
    }
    default:
      return () => false;
  }
}

const policyOf = (href: string, world: World): PolicySource =>
  world.policy(href.includes('/sec_policy/draft/') ? 'draft' : 'active');

function listTest(href: string, world: World): ReturnType<typeof ipListTest> {
  const list = policyOf(href, world).ipLists.find((candidate) => candidate.href === href);
  return list ? ipListTest(list) : () => false;
}

/** Ids of the labels of a group and of the groups in it. */
function groupLabels(href: Href, policy: PolicySource): ReadonlySet<number> {
  return new Set([...flattenGroups(policy.labelGroups)(href)].map((label) => Number(idOf(label))));
}

function serviceTest({ port, toPort, proto, process, windowsService }: ServiceTest): (row: FlowRow) => boolean {
  return (row) =>
    (proto === undefined || proto === row.proto) &&
    (port === undefined || (row.port >= port && row.port <= (toPort ?? port))) &&
    (process === undefined || process === row.process) &&
    (windowsService === undefined || windowsService === row.windowsService);
}

import type { Href } from '../../core/href.ts';
import { type Address, isLoopback, parseAddress } from '../addresses/address.ts';
import type { Membership } from '../addresses/index-of-sets.ts';
import type { EnforcementMode } from '../inventory.ts';
import type { LabelsByKey } from './conditions.ts';
import type { FlowEnd } from './decision.ts';
import type { SourceWorkload } from './source.ts';
import type { Vocabulary } from './vocabulary.ts';

/** An end of a flow as the rules see it. Ends that no rule can tell apart share `class`. */
export interface Peer {
  readonly class: number;
  /** Position in the source's workloads; -1 for a bare address. Of the class only where rules name workloads. */
  readonly index: number;
  readonly managed: boolean;
  readonly mode: EnforcementMode;
  readonly os: 'windows' | 'linux' | null;
  readonly label: LabelsByKey;
  readonly addressSets: ReadonlySet<number>;
  /** FQDN lists that cover the end's name; null while the name is unknown. */
  readonly nameLists: ReadonlySet<number> | null;
  readonly isPce: boolean;
  readonly isLoopback: boolean;
  readonly ambiguous: boolean;
}

export interface FoundPeer {
  readonly peer: Peer;
  readonly workload: SourceWorkload | null;
}

export interface PeerFacts {
  readonly workloads: readonly SourceWorkload[];
  readonly vocabulary: Vocabulary;
  /** Workloads rules tell apart by name. */
  readonly named: ReadonlySet<number>;
  readonly membership: (address: Address) => Membership;
  readonly nameTests: readonly ((name: string) => boolean)[];
  readonly pceAddresses: readonly string[];
}

const NO_SETS: ReadonlySet<number> = new Set();
const NO_LABEL: LabelsByKey = () => 0;

/** One spelling per address, so that `::1` and `0:0::1` meet. */
function canonical(text: string): string {
  const address = parseAddress(text);
  return address === null ? text : `${address.family}/${address.value}`;
}

interface Holder {
  readonly index: number;
  readonly ambiguous: boolean;
}

/** Who has which address; where several do, the first managed one (open-ambiguous-address). */
function holdersOf(workloads: readonly SourceWorkload[], addressesOf: (workload: SourceWorkload) => readonly string[]) {
  const holders = new Map<string, Holder>();
  workloads.forEach((workload, index) => {
    for (const text of new Set(addressesOf(workload).map(canonical))) {
      const other = holders.get(text);
      const keep = other !== undefined && (workloads[other.index]?.managed === true || !workload.managed);
      holders.set(text, { index: keep ? other.index : index, ambiguous: other !== undefined });
    }
  });
  return holders;
}

/**
 * Finds the peer of a flow's end: the workload it names, else the one that has the address (`public_ip` counts away from the corporate
 * network, objects.md §11.8), else the address alone.
 */
export function peerFinder(facts: PeerFacts): (end: FlowEnd, network: 'brn' | 'non_brn') => FoundPeer {
  const { workloads, vocabulary, named, membership, nameTests } = facts;
  const byHref = new Map<Href, number>(workloads.map((workload, index) => [workload.href, index]));
  const byAddress = holdersOf(workloads, (workload) => workload.addresses);
  const byPublicAddress = holdersOf(workloads, (workload) => (workload.publicIp === null ? [] : [workload.publicIp]));
  const pce = new Set(facts.pceAddresses.map(canonical));
  const classes = new Map<string, Peer>();

  function labelsOf(workload: SourceWorkload): Int32Array {
    const labels = new Int32Array(vocabulary.keyCount());
    for (const href of workload.labels) {
      const { id, key } = vocabulary.label(href);
      if (key < labels.length && labels[key] === 0) labels[key] = id;
    }
    return labels;
  }

  return ({ ip, workload: href, fqdn }, network) => {
    const address = parseAddress(ip);
    const text = canonical(ip);
    const given = href === undefined ? undefined : byHref.get(href);
    const holder =
      given === undefined
        ? (byAddress.get(text) ?? (network === 'non_brn' ? byPublicAddress.get(text) : undefined))
        : { index: given, ambiguous: false };
    const index = holder?.index ?? -1;
    const workload = workloads[index] ?? null;
    const labels = workload === null ? null : labelsOf(workload);
    const sets = address === null ? null : membership(address);
    const nameLists =
      fqdn === undefined ? null : nameTests.map((test, list) => (test(fqdn) ? list : -1)).filter((list) => list >= 0);
    const isPce = pce.has(text);
    const loopback = address !== null && isLoopback(address);
    const key = [
      workload === null ? '' : `${labels?.join(',')};${workload.managed};${workload.mode};${workload.os}`,
      named.has(index) ? index : '',
      sets?.id ?? '',
      nameLists?.join(',') ?? '?',
      `${isPce}${loopback}${holder?.ambiguous ?? false}`,
    ].join('|');
    const peer = classes.get(key) ?? {
      class: classes.size,
      index,
      managed: workload?.managed ?? false,
      mode: workload?.mode ?? 'idle',
      os: workload?.os ?? null,
      label: labels === null ? NO_LABEL : (wanted: number) => labels[wanted] ?? 0,
      addressSets: sets?.sets ?? NO_SETS,
      nameLists: nameLists === null ? null : new Set(nameLists),
      isPce,
      isLoopback: loopback,
      ambiguous: holder?.ambiguous ?? false,
    };
    classes.set(key, peer);
    return { peer, workload };
  };
}

import type { DraftReport } from './judge.ts';
import { ipListsOf } from './ip-lists.ts';
import type { Observed } from './observe.ts';
import { isoSeconds } from './iso-seconds.ts';
import type { Written } from './row-json.ts';
import type { End } from './view.ts';

const PROTOCOLS: Readonly<Record<number, string>> = {
  1: 'ICMP',
  2: 'IGMP',
  6: 'TCP',
  17: 'UDP',
  47: 'GRE',
  58: 'ICMPv6',
};

/** `potentially_blocked` as a person reads it: `Potentially Blocked`. */
const words = (value: string): string =>
  value.replace(/(?:^|_| )([a-z])/g, (match, letter: string) => (match.length > 1 ? ' ' : '') + letter.toUpperCase());

const field = (value: string): string => (/[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value);

export interface CsvWriter {
  readonly header: string;
  readonly line: (observed: Observed, draft: DraftReport | null) => string;
}

/** A writer of the CSV download (traffic.md §4.3): label columns stand in the order of the display names of the label types. */
export function csvWriter({ world, lists: policy }: Written, draftColumns: boolean): CsvWriter {
  const types = world.estate.dimensions.toSorted((a, b) => (a.displayName < b.displayName ? -1 : 1));
  const lists = ipListsOf(policy, (found) => found.map(({ name }) => name).join(';'));

  const ends = (side: string) => [
    `${side} IP`,
    `${side} IPList`,
    `${side} Name`,
    `${side} Hostname`,
    `${side} Managed`,
    `${side} Enforcement Mode`,
    ...types.map(({ displayName }) => `${side} ${displayName}`),
  ];
  const endValues = ({ ip, peer, fqdn }: End): readonly string[] => {
    if (!peer) return [ip, lists(ip, fqdn), '', '', '', '', ...types.map(() => '')];
    const { record } = peer;
    return [
      ip,
      '',
      record.name ?? '',
      record.hostname ?? '',
      record.managed ? 'True' : 'False',
      words(record.enforcementMode),
      ...types.map((type) => peer.labels.find((label) => label.key === type.key)?.value ?? ''),
    ];
  };

  const header = [
    ...ends('Source'),
    'Source Process',
    'Source Service',
    'Source Username',
    ...ends('Destination'),
    'Destination FQDN',
    'Transmission',
    'Port',
    'Protocol',
    'Destination Process',
    'Destination Service',
    'Destination Username',
    'Num Flows',
    'Connection State',
    'Reported Policy Decision',
    'Reported Enforcement Boundary',
    ...(draftColumns ? ['Draft Policy Decision', 'Draft Enforcement Boundary'] : []),
    'Reported by',
    'First Detected',
    'Last Detected',
    'Network',
    'Bytes In',
    'Bytes Out',
  ];

  return {
    header: header.map(field).join(','),
    line({ row, src, dst, decision, boundary, clientType, state }, draft) {
      const running = [row.process ?? '', row.windowsService ?? '', row.user ?? ''];
      const nothing = ['', '', ''];
      const atSource = row.reporter === 'source';
      const values = [
        ...endValues(src),
        ...(atSource ? running : nothing),
        ...endValues(dst),
        dst.fqdn ?? '',
        words(row.transmission),
        String(row.port),
        PROTOCOLS[row.proto] ?? String(row.proto),
        ...(atSource ? nothing : running),
        String(row.connections),
        words(state),
        words(decision),
        boundary === null ? '' : words(boundary),
        ...(draftColumns ? [draft ? words(draft.decision) : '', draft?.boundaries.join(';') ?? ''] : []),
        clientType === 'flowlink' ? 'Flowlink' : atSource ? 'Source' : 'Destination',
        isoSeconds(row.firstMs),
        isoSeconds(row.lastMs),
        row.network,
        String(row.bytesIn),
        String(row.bytesOut),
      ];
      return values.map(field).join(',');
    },
  };
}

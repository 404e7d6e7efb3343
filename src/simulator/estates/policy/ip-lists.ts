import type { JsonObject } from '../../../core/json.ts';
import { createRandom, hashOf, permutation } from '../../random.ts';
import { toAddress, toNumber } from '../addresses.ts';
import type { VersionedSeed } from '../estate.ts';
import { provisioned } from './seeds.ts';

interface Entry {
  readonly name: string;
  readonly description?: string;
  readonly ranges?: readonly (string | readonly [from: string, to: string])[];
  readonly except?: readonly string[];
  readonly fqdns?: readonly string[];
}

export const ANY_LIST = 'Any (0.0.0.0/0 and ::/0)';
export const WIDE_LIST = 'OLD-DO-NOT-USE-10net';
export const BLOCKLIST = 'Threat-Blocklist';

const LISTS: readonly Entry[] = [
  { name: ANY_LIST, ranges: ['0.0.0.0/0', '::/0'] },
  { name: 'RFC1918', ranges: ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16'] },
  { name: 'Corp-Users-VDI', description: 'Desktops and office users', ranges: ['10.100.0.0/16'] },
  { name: 'Corp-WiFi-Guest', ranges: ['10.250.0.0/16'] },
  { name: 'Stores-EMEA', ranges: ['10.90.0.0/16'] },
  { name: 'Stores-APAC', ranges: ['10.91.0.0/16'] },
  { name: 'DC-Mgmt', description: 'Management networks', ranges: ['172.16.50.0/24'] },
  { name: 'DC-FRA-Prod', ranges: ['10.20.0.0/16'], except: ['10.20.255.0/24'] },
  { name: 'DC-FRA-NonProd', ranges: ['10.21.0.0/16'] },
  { name: 'DC-ASH', ranges: ['10.30.0.0/16', '10.31.0.0/16'] },
  { name: 'AWS-EUC1-VPCs', ranges: ['10.60.0.0/16'] },
  { name: 'Azure-WEU-VNets', ranges: ['10.70.0.0/16'] },
  { name: 'Partner-Acquirer', ranges: [['198.51.100.10', '198.51.100.40']] },
  { name: 'Partner-Logistics', ranges: [['198.51.100.128', '198.51.100.159']] },
  { name: 'SWIFT-HSN', description: 'Secure network of the payment carrier', ranges: ['203.0.113.192/27'] },
  {
    name: 'SaaS-M365',
    ranges: ['13.107.6.152/31', '40.96.0.0/13', '52.96.0.0/14'],
    fqdns: ['*.office365.example', 'outlook.office.example'],
  },
  { name: 'SaaS-Splunk-Cloud', fqdns: ['inputs.splunkcloud.example', '*.splunkcloud.example'] },
  { name: 'Vuln-Scanners', description: 'Scanner appliances outside the label model', ranges: ['10.20.255.16/28'] },
  { name: 'Multicast', ranges: ['224.0.0.0/4', 'ff00::/8'] },
  { name: 'Zscaler-Egress', ranges: ['165.225.0.0/17', '147.161.128.0/17'] },
  { name: BLOCKLIST, description: 'Indicators of the threat intelligence feed, refreshed weekly' },
  { name: WIDE_LIST, description: 'superseded by the DC lists, remove after migration', ranges: ['10.0.0.0/8'] },
];

/** The 400 addresses of the threat list: scattered over public networks by the seed. */
export function blockedAddresses(seed: number): string[] {
  const nets = ['45.9.148.0', '91.219.236.0', '185.220.100.0', '193.56.146.0'].map(toNumber);
  const place = permutation(1024, hashOf(seed, 'blocklist'));
  return Array.from({ length: 400 }, (_, i) => {
    const slot = place(i);
    return (nets[slot >>> 8] ?? 0) + (slot & 255);
  })
    .sort((a, b) => a - b)
    .map(toAddress);
}

export function buildIpLists(authors: readonly number[], seed: number, nowMs: number): VersionedSeed[] {
  const random = createRandom(seed, 'ip-lists');
  let id = 0;
  return LISTS.map((entry, i) => {
    id += i === 0 ? 1 : random.between(1, 3);
    return provisioned(String(id), bodyOf(entry, seed), i === 0 ? 0 : random.pick(authors), random, nowMs);
  });
}

function bodyOf({ name, description, ranges = [], except = [], fqdns = [] }: Entry, seed: number): JsonObject {
  const listed = name === BLOCKLIST ? blockedAddresses(seed) : ranges;
  return {
    name,
    ...(description === undefined ? {} : { description }),
    ip_ranges: [
      ...listed.map(
        (range): JsonObject =>
          typeof range === 'string'
            ? { from_ip: range, exclusion: false }
            : { from_ip: range[0], to_ip: range[1], exclusion: false },
      ),
      ...except.map((range): JsonObject => ({ from_ip: range, exclusion: true })),
    ],
    fqdns: fqdns.map((fqdn): JsonObject => ({ fqdn })),
  };
}

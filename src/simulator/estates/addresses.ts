import { hashOf, permutation } from '../random.ts';

/** Networks of users.md §5.1: name → first address and prefix length. */
const POOLS = {
  'prod-fra': ['10.20.0.0', 16],
  'nonprod-fra': ['10.21.0.0', 16],
  ash: ['10.30.0.0', 16],
  dr: ['10.31.0.0', 16],
  aws: ['10.60.0.0', 16],
  azure: ['10.70.0.0', 16],
  stores: ['10.90.0.0', 15],
  users: ['10.100.0.0', 16],
  mgmt: ['172.16.50.0', 24],
  dmz: ['192.0.2.0', 24],
  partner: ['198.51.100.0', 24],
  ot: ['10.200.0.0', 20],
} as const satisfies Record<string, readonly [string, number]>;
export type Pool = keyof typeof POOLS;

/** Addresses with a part of their own in the planted traffic; no host gets them. */
export const ROGUE_ADDRESS = '10.21.9.77';
export const EXFIL_ADDRESS = '203.0.113.77';

export const toNumber = (ip: string): number =>
  ip.split('.').reduce((sum, octet) => sum * 256 + Number.parseInt(octet, 10), 0);

export const toAddress = (value: number): string =>
  `${Math.floor(value / 0x1000000) % 256}.${(value >>> 16) & 255}.${(value >>> 8) & 255}.${value & 255}`;

/** The gateway of the /24 an address is in. */
export const gatewayOf = (ip: string): string => `${ip.slice(0, ip.lastIndexOf('.'))}.1`;

const BLOCK = 16;

export interface AddressPlan {
  /** The next address for a group of hosts that stand together; null when the network is full. */
  next(pool: Pool, group: string): string | null;
}

/** Hands out addresses: groups get blocks of 16 scattered over their network by the seed, so neighbours share a block. */
export function createAddressPlan(seed: number): AddressPlan {
  const pools = new Map<Pool, { base: number; blocks: number; used: number; place: (index: number) => number }>();
  const groups = new Map<string, { block: number; offset: number }>();
  return {
    next(pool, group) {
      let state = pools.get(pool);
      if (state === undefined) {
        const [first, bits] = POOLS[pool];
        const blocks = 2 ** (32 - bits) / BLOCK;
        state = { base: toNumber(first), blocks, used: 0, place: permutation(blocks, hashOf(seed, 'pool', pool)) };
        pools.set(pool, state);
      }
      const key = `${pool} ${group}`;
      let cursor = groups.get(key);
      for (;;) {
        if (cursor === undefined || cursor.offset === BLOCK - 1) {
          if (state.used === state.blocks) return null;
          cursor = { block: state.place(state.used++), offset: 1 };
          groups.set(key, cursor);
        }
        const address = toAddress(state.base + cursor.block * BLOCK + cursor.offset++);
        // The first addresses of each /24 belong to the gateway and its like.
        if (!/\.[0-3]$/.test(address) && address !== ROGUE_ADDRESS) return address;
      }
    },
  };
}

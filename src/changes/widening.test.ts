import { describe, expect, it } from 'vitest';
import type { IpRange, ServicePort } from '../model/inventory.ts';
import { ipListWidening, labelGroupWidening, serviceWidening } from './widening.ts';

const USED = { rules: 3, denyRules: 0 };
const DENIED = { rules: 3, denyRules: 2 };

const range = (text: string): IpRange => {
  const [from = '', to] = text.replace('!', '').split('-');
  return { from, to: to ?? null, exclusion: text.startsWith('!'), description: null };
};
const list = (ranges: readonly string[], fqdns: readonly string[] = []) => ({
  name: 'L',
  ranges: ranges.map(range),
  fqdns,
});

describe('an IP list', () => {
  it.for<readonly [what: string, before: readonly string[], after: readonly string[], told: readonly string[]]>([
    ['gains a block', ['10.0.0.0/24'], ['10.0.0.0/24', '10.0.1.0/24'], ['covers more with 10.0.1.0/24']],
    ['grows', ['10.0.0.0/24'], ['10.0.0.0/23'], ['covers more with 10.0.0.0/23']],
    [
      'loses an exclusion',
      ['10.0.0.0/8', '!10.1.0.0/16'],
      ['10.0.0.0/8'],
      ['covers more with 10.0.0.0/8; no longer excludes 10.1.0.0/16'],
    ],
    [
      'has an exclusion shrink',
      ['10.0.0.0/8', '!10.1.0.0/16'],
      ['10.0.0.0/8', '!10.1.0.0/17'],
      ['covers more with 10.0.0.0/8; no longer excludes 10.1.0.0/16'],
    ],
    [
      'becomes everything',
      ['10.0.0.0/8'],
      ['0.0.0.0/0', '::/0'],
      ['covers more with 0.0.0.0/0, ::/0; covers every address of 0.0.0.0/0; covers every address of ::/0'],
    ],
    ['gains IPv6', ['10.0.0.0/8'], ['10.0.0.0/8', '2001:db8::/32'], ['covers more with 2001:db8::/32']],
    ['is written otherwise', ['10.0.0.0/24'], ['10.0.0.0-10.0.0.127', '10.0.0.128/25'], []],
    ['shrinks', ['10.0.0.0/8'], ['10.0.0.0/9'], []],
    ['gains what it had by an exclusion of less', ['10.0.0.0/8'], ['10.0.0.0/8', '!10.1.0.0/16'], []],
  ])('that %s', ([, before, after, told]) => {
    expect(ipListWidening(list(before), list(after), USED)).toEqual(
      told.map((one) => `IP list L ${one}, used in 3 rules`),
    );
  });

  it('that gains a name', () => {
    expect(ipListWidening(list([], ['a.test']), list([], ['a.test', 'b.test']), USED)).toEqual([
      'IP list L gets b.test, used in 3 rules',
    ]);
  });

  it('that shrinks where deny rules use it', () => {
    expect(ipListWidening(list(['10.0.0.0/8']), list(['10.0.0.0/9']), DENIED)).toEqual([
      'IP list L loses addresses blocked by 2 deny rules',
    ]);
    expect(ipListWidening(list([], ['a.test']), list([], []), DENIED)).toEqual([
      'IP list L loses addresses blocked by 2 deny rules',
    ]);
  });
});

const ANY: ServicePort = {
  proto: null,
  port: null,
  toPort: null,
  icmpType: null,
  icmpCode: null,
  process: null,
  windowsService: null,
};
const tcp = (port: number, toPort: number | null = null): ServicePort => ({ ...ANY, proto: 6, port, toPort });

describe('a service', () => {
  it.for<
    readonly [what: string, before: readonly ServicePort[], after: readonly ServicePort[], told: readonly string[]]
  >([
    ['gains a port', [tcp(80)], [tcp(80), tcp(443)], ['443/tcp']],
    ['has a range grow', [tcp(8000, 8080)], [tcp(8000, 8081)], ['8000-8081/tcp']],
    ['joins ranges that touch', [tcp(8000, 8010), tcp(8011, 8020)], [tcp(8000, 8020)], []],
    ['joins ranges with a hole between them', [tcp(8000, 8010), tcp(8012, 8020)], [tcp(8000, 8020)], ['8000-8020/tcp']],
    ['becomes every port', [tcp(80)], [{ ...ANY, proto: 6 }], ['tcp']],
    ['becomes everything', [tcp(80)], [{ ...ANY, proto: -1 }], ['every protocol']],
    ['was everything', [{ ...ANY, proto: -1 }], [tcp(80)], []],
    ['changes its protocol', [tcp(53)], [{ ...tcp(53), proto: 17 }], ['53/udp']],
    ['loses its process', [{ ...tcp(80), process: 'a.exe' }], [tcp(80)], ['80/tcp']],
    ['gains a process', [tcp(80)], [{ ...tcp(80), process: 'a.exe' }], []],
    ['has its process spelled otherwise', [{ ...ANY, process: 'A.EXE' }], [{ ...ANY, process: 'a.exe' }], []],
    ['gains another process', [{ ...ANY, process: 'a.exe' }], [{ ...ANY, process: 'b.exe' }], ['b.exe']],
    ['loses its ICMP type', [{ ...ANY, proto: 1, icmpType: 8 }], [{ ...ANY, proto: 1 }], ['icmp']],
  ])('that %s', ([, before, after, gained]) => {
    expect(serviceWidening('S', before, after, USED)).toEqual(
      gained.map((one) => `service S grows by ${one}, used in 3 rules`),
    );
  });

  it('that shrinks where deny rules use it', () => {
    expect(serviceWidening('S', [tcp(80), tcp(81)], [tcp(80)], DENIED)).toEqual([
      'service S loses 81/tcp, blocked by 2 deny rules',
    ]);
  });
});

it('a label group that gains members, or loses some that deny rules block', () => {
  expect(labelGroupWidening('G', ['env=dev'], ['env=dev', 'env=qa'], USED)).toEqual([
    'label group G gains env=qa, used in 3 rules',
  ]);
  expect(labelGroupWidening('G', ['env=dev', 'env=qa'], ['env=dev'], USED)).toEqual([]);
  expect(labelGroupWidening('G', ['env=dev', 'env=qa'], ['env=dev'], DENIED)).toEqual([
    'label group G loses env=qa, blocked by 2 deny rules',
  ]);
});

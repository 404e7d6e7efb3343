import { expect, test } from 'vitest';
import { kindOfAddress } from './address-kind.ts';
import { questionsOf } from './ask.ts';
import type { FlowFilter } from './question.ts';
import { FlowTable } from './table.ts';

const ends = [
  { ip: '10.1.2.3' },
  { ip: '203.0.113.7', fqdn: 'a.b.example.com' },
  { ip: '2001:db8::7', fqdn: 'notexample.com' },
  { ip: '192.168.0.1', workload: { href: '/orgs/1/workloads/w', name: 'Web-Server' } },
];
const table = new FlowTable();
ends.forEach((dst, n) =>
  table.append({ src: { ip: '10.0.0.1' }, dst, service: { port: n, proto: 6 }, num_connections: 1 }),
);
table.seal();
const questions = questionsOf(table);
const kept = (filter: FlowFilter) =>
  questions
    .ask({ by: ['port'], where: [filter], limit: 10 })
    .groups.map(({ key }) => Number(key[0]))
    .toSorted((a, b) => a - b);

test.each<[FlowFilter, number[]]>([
  [{ dimension: 'destination_ip', within: ['10.0.0.0/8'] }, [0]],
  [{ dimension: 'destination_ip', within: ['203.0.113.7', '192.168.0.0-192.168.0.9'] }, [1, 3]],
  [{ dimension: 'destination_ip', within: ['2001:DB8::/32'] }, [2]],
  [{ dimension: 'destination_ip', within: ['no address'] }, []],
  [{ dimension: 'destination_fqdn', named: ['example.com'] }, [1]],
  [{ dimension: 'destination_fqdn', named: ['*.b.example.com'] }, [1]],
  [{ dimension: 'destination_fqdn', named: ['*.example.com'] }, []],
  [{ dimension: 'destination', containing: ['web-'] }, [3]],
  [{ dimension: 'destination', containing: ['WEB', '10.1'] }, [0, 3]],
  [{ dimension: 'destination_fqdn', containing: [''], notIn: ['notexample.com'] }, [1]],
])('%j', (filter, ports) => {
  expect(kept(filter)).toEqual(ports);
});

test.each([
  ['10.0.0.1', 'internal'],
  ['172.31.0.1', 'internal'],
  ['172.32.0.1', 'internet'],
  ['100.64.0.1', 'internal'],
  ['fd00::1', 'internal'],
  ['169.254.1.1', 'link-local'],
  ['fe80::1%eth0', 'link-local'],
  ['224.0.0.251', 'multicast'],
  ['ff02::fb', 'multicast'],
  ['255.255.255.255', 'broadcast'],
  ['127.0.0.1', 'loopback'],
  ['::ffff:10.0.0.1', 'internal'],
  ['8.8.8.8', 'internet'],
  ['2606:4700::1111', 'internet'],
  ['host', null],
])('%s is %s', (ip, kind) => {
  expect(kindOfAddress(ip)).toBe(kind);
});

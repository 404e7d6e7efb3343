import { describe, expect, it } from 'vitest';
import { policyWorld } from '../../../test/changes/policy-world.ts';
import createIplist from './create-iplist.ts';

const { ok, refused, desk, read, sent } = await policyWorld([createIplist]);
const RANGES = [
  { from_ip: '10.0.0.0/8', description: 'all of it' },
  { from_ip: '10.1.0.10', to_ip: '10.1.0.20', exclusion: true },
];

describe('create-iplist', () => {
  it('plans first and sends nothing, then applies exactly that, and takes it back', async () => {
    await sent();
    const planned = await ok('create-iplist', {
      name: 'Corp',
      ip_ranges: RANGES,
      fqdn: 'a.example.com',
      dry_run: true,
    });
    expect(planned.structured.answer).toMatch(/^Planned, nothing sent: create IP list Corp/);
    expect(await sent()).toEqual([]);

    const plan = String(planned.structured['plan_id']);
    const { state, outcomes } = await desk.apply(plan);
    expect([state, await sent()]).toEqual(['applied', ['POST /orgs/1/sec_policy/draft/ip_lists']]);
    const href = outcomes[0]?.href ?? '';
    expect(await read(href)).toMatchObject({
      name: 'Corp',
      ip_ranges: [
        { from_ip: '10.0.0.0/8', exclusion: false, description: 'all of it' },
        { from_ip: '10.1.0.10', to_ip: '10.1.0.20', exclusion: true },
      ],
      fqdns: [{ fqdn: 'a.example.com' }],
    });

    await desk.undo(plan, { dryRun: false });
    expect(await read(href)).toBeNull();
  });

  it('answers the list as the PCE has it, and names the way back', async () => {
    const { structured } = await ok('create-iplist', {
      name: 'Lab',
      ip_ranges: [{ from_ip: '2001:db8::/32' }],
      fqdns: ['*.lab.test'],
    });
    expect(structured).toMatchObject({
      name: 'Lab',
      href: expect.stringMatching(/^\/orgs\/1\/sec_policy\/draft\/ip_lists\/\d+$/),
      ip_ranges: [{ from_ip: '2001:db8::/32', exclusion: false }],
      fqdns: ['*.lab.test'],
      undo: 'full',
    });
  });

  it('knows only the same name as existing, not one that contains it', async () => {
    await ok('create-iplist', { name: 'Office', ip_ranges: [{ from_ip: '10.9.0.0/16' }] });
    const { error, href } = await refused('create-iplist', {
      name: 'Offices',
      ip_ranges: [{ from_ip: '10.9.0.0/16' }],
    });
    expect([error, href]).toEqual(['already_exists', '/orgs/1/sec_policy/draft/ip_lists/2']);
  });

  it.for([
    ['host bits', [{ from_ip: '10.0.0.1/8' }], /write 10\.0\.0\.0\/8/],
    ['host bits of IPv6', [{ from_ip: '2001:db8::1/32' }], /write 2001:db8::\/32/],
    ['a falling range', [{ from_ip: '10.0.0.9', to_ip: '10.0.0.1' }], /rising range/],
    ['a range of one', [{ from_ip: '10.0.0.9', to_ip: '10.0.0.9' }], /above from_ip/],
    ['two families', [{ from_ip: '10.0.0.9', to_ip: '::1' }], /rising range/],
    ['a block with an end', [{ from_ip: '10.0.0.0/8', to_ip: '10.0.0.9' }], /rising range/],
    [
      'an exclusion outside',
      [{ from_ip: '10.0.0.0/8' }, { from_ip: '11.0.0.1', exclusion: true }],
      /inside no included/,
    ],
    [
      'an exclusion of all',
      [{ from_ip: '10.0.0.0/8' }, { from_ip: '10.0.0.0/8', exclusion: true }],
      /inside no included/,
    ],
    ['nothing', [], /covers nothing/],
  ] as const)('refuses %s before anything is sent', async ([, ranges, message]) => {
    await sent();
    const { error, message: said } = await refused('create-iplist', { name: 'Bad', ip_ranges: ranges });
    expect([error, said, await sent()]).toEqual(['invalid_arguments', expect.stringMatching(message), []]);
  });
});

import type { LookupFunction } from 'node:net';
import { describe, expect, it } from 'vitest';
import { createHostGuard } from './host-guard.ts';

const open = createHostGuard({ allowed: undefined });

/** A name server that gives these answers, one after the other. */
function names(...answers: readonly (readonly string[])[]): LookupFunction {
  let asked = 0;
  return (_name, _options, callback) => {
    const addresses = answers[Math.min(asked++, answers.length - 1)] ?? [];
    callback(
      null,
      addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    );
  };
}

function connectTo(host: string, resolve: LookupFunction, allowed?: readonly string[]): Promise<unknown> {
  const guard = createHostGuard({ allowed, resolve });
  const lookup = guard.lookup(guard.read(host, 8443));
  return new Promise((done, fail) => {
    if (lookup === undefined) done('literal');
    else lookup(host, { all: true }, (error, found) => (error ? fail(error) : done(found)));
  });
}

describe('where a PCE key may be sent', () => {
  it.each([
    'pce.example.com',
    'PCE.Example.com',
    '10.1.2.3',
    '192.168.0.10',
    '52.1.2.3',
    '100.64.0.9',
    'fd12::1',
    '[2001:db9::1]',
  ])('allows %s', (host) => {
    expect(open.read(host, 8443).host).toBe(host.toLowerCase().replace(/[[\]]/g, ''));
  });

  it.each([
    // this machine
    'localhost',
    'a.localhost',
    '127.0.0.1',
    '127.9.9.9',
    '::1',
    '::',
    '0.0.0.0',
    // the local link and metadata
    '169.254.169.254',
    'fe80::1',
    'fe80::1%eth0',
    'fd00:ec2::254',
    '100.100.100.200',
    '168.63.129.16',
    // IPv4 in IPv6
    '::ffff:169.254.169.254',
    '::ffff:7f00:1',
    '64:ff9b::a9fe:a9fe',
    '2002:7f00:1::',
    // other spellings
    '0',
    '0x7f.1',
    '0177.0.0.1',
    '2130706433',
    '127.1',
    '１２７.0.0.1',
    'pce.example.com.',
    '169.254.169.254.',
    // around it
    'user@pce.example.com',
    'pce.example.com@127.0.0.1',
    'pce.example.com:8443',
    'https://pce.example.com',
    'pce.example.com/api',
    'pce.example.com?x',
    'pce.example.com#x',
    'pce example.com',
    'pce.example.com\\evil',
    'pce.example.com\n',
    'bücher.example',
    '',
    '-pce.example',
    '224.0.0.1',
    '255.255.255.255',
    '240.0.0.1',
  ])('refuses %j', (host) => {
    expect(() => open.read(host, 8443)).toThrow(expect.objectContaining({ code: 'pce_host_refused' }));
  });

  it('is only what the operator lists, and that may be anywhere', () => {
    const strict = createHostGuard({ allowed: ['PCE.example.com', '127.0.0.1:8443'] });
    expect(strict.read('pce.example.com', 443).host).toBe('pce.example.com');
    expect(strict.read('127.0.0.1', 8443).host).toBe('127.0.0.1');
    for (const [host, port] of [
      ['127.0.0.1', 8444],
      ['other.example.com', 8443],
      ['apce.example.com', 8443],
    ] as const)
      expect(() => strict.read(host, port)).toThrow('the operator allows');
  });
});

describe('the addresses of a name', () => {
  it('are handed over once checked', async () => {
    expect(await connectTo('pce.example.com', names(['10.0.0.1', 'fd12::1']))).toEqual([
      { address: '10.0.0.1', family: 4 },
      { address: 'fd12::1', family: 6 },
    ]);
  });

  it.each([
    ['this machine', ['127.0.0.1']],
    ['one good, one not', ['10.0.0.1', '169.254.169.254']],
    ['IPv4 in IPv6', ['::ffff:127.0.0.1']],
    ['none', []],
  ])('are refused together: %s', async (_what, addresses) => {
    await expect(connectTo('pce.example.com', names(addresses))).rejects.toMatchObject({ code: 'pce_host_refused' });
  });

  it('are checked again for every connection: a name that moves is refused then', async () => {
    const moving = names(['10.0.0.1'], ['127.0.0.1']);
    expect(await connectTo('pce.example.com', moving)).toHaveLength(1);
    await expect(connectTo('pce.example.com', moving)).rejects.toMatchObject({ code: 'pce_host_refused' });
  });

  it('of a listed host are the operator’s choice', async () => {
    expect(await connectTo('pce.internal', names(['127.0.0.1']), ['pce.internal'])).toHaveLength(1);
  });
});

import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { worldOf } from '../../src/cli/pce-sim-world.ts';
import { buildEstate } from '../../src/simulator/estates/index.ts';
import { createSimulator, type Simulator } from '../../src/simulator/simulator.ts';
import { clientOf } from '../../src/simulator/testing/client.ts';
import { workloaderCsvs } from './workloader-csv.ts';

type Client = ReturnType<typeof clientOf>;
type Wire = Record<string, unknown>;

const nowMs = Date.parse('2026-03-31T09:00:00Z');
const folder = mkdtempSync(join(tmpdir(), 'simulator-import-'));
const flags = { profile: undefined, seed: undefined, nowMs, flows: undefined, state: undefined };

const week = { start_date: '2026-03-24T00:00:00Z', end_date: '2026-03-31T00:00:00Z' };
const question = {
  query_name: 'week',
  ...week,
  sources: { include: [[]], exclude: [] },
  destinations: { include: [[]], exclude: [] },
  services: { include: [], exclude: [] },
  policy_decisions: [],
  max_results: 100_000,
};

/** Labels in any order: a CSV has them in columns. */
const inOrder = (labels: unknown): readonly string[] =>
  (labels as Wire[]).map((label) => JSON.stringify(label)).toSorted();

/** The rows of the week, as JSON or as the CSV that Explorer gives. */
async function traffic(simulator: Simulator, accept: string): Promise<string> {
  const { url, apiKey, apiSecret } = simulator;
  const call = clientOf(simulator);
  const { json } = await call('POST', '/orgs/1/traffic_flows/async_queries', { body: question });
  const { href } = json as { readonly href: string };
  while (((await call('GET', href)).json as Wire)['status'] !== 'completed');
  const auth = `Basic ${Buffer.from(`${apiKey}:${apiSecret}`).toString('base64')}`;
  const answer = await fetch(`${url}/api/v2${href}/download`, { headers: { Accept: accept, Authorization: auth } });
  return await answer.text();
}

describe('an estate from the exports of another PCE', () => {
  let original: Simulator;
  let copy: Simulator;
  let [from, to]: Client[] = [];
  beforeAll(async () => {
    // Without what the exports do not have: deny rules in rule sets, and drafts.
    const built = buildEstate({ profile: 'small', seed: 3, nowMs, flows: 2000 });
    const estate = {
      ...built,
      ruleSets: built.ruleSets.map(({ active, ...set }) => ({
        ...set,
        ...(active && { active: { ...active, deny_rules: [] } }),
      })),
    };
    original = await createSimulator({ estate, rateLimit: 'off' });
    from = clientOf(original);
    await from('DELETE', '/orgs/1/sec_policy/pending');
    const files = { ...(await workloaderCsvs(from)), 'explorer.csv': await traffic(original, '*/*') };
    mkdirSync(join(folder, 'exports'));
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, 'exports', name), text);
    copy = await createSimulator({
      state: await worldOf({ ...flags, imports: [join(folder, 'exports')] }),
      rateLimit: 'off',
    });
    to = clientOf(copy);
  });
  afterAll(async () => {
    await original.close();
    await copy.close();
    rmSync(folder, { recursive: true });
  });

  /** A collection with only these fields of each item, in order of href. */
  async function listed(call: Client | undefined, path: string, fields: readonly string[]): Promise<readonly Wire[]> {
    const items = (await call?.('GET', `/orgs/1${path}?max_results=100000`))?.json as Wire[];
    return items
      .map((item) =>
        Object.fromEntries(
          fields.map((field) => [field, field === 'labels' ? inOrder(item[field]) : (item[field] ?? '')]),
        ),
      )
      .sort((a, b) => (JSON.stringify(a['href']) < JSON.stringify(b['href']) ? -1 : 1));
  }

  it.each([
    ['/labels', ['href', 'key', 'value']],
    ['/label_dimensions', ['href', 'key', 'display_name']],
    [
      '/workloads',
      ['href', 'hostname', 'name', 'managed', 'online', 'labels', 'visibility_level', 'os_id', 'public_ip'],
    ],
    ['/sec_policy/active/label_groups', ['href', 'name', 'key', 'labels', 'sub_groups']],
    ['/sec_policy/active/ip_lists', ['href', 'name', 'ip_ranges', 'fqdns']],
    ['/sec_policy/active/rule_sets', ['href', 'name', 'enabled', 'scopes']],
    ['/sec_policy/pending', []],
  ])('has the same %s', async (path, fields) => {
    if (path.endsWith('pending')) {
      expect((await to?.('GET', `/orgs/1${path}`))?.json).toEqual({});
      return;
    }
    const wanted = await listed(from, path, fields);
    expect(wanted.length).toBeGreaterThan(2);
    expect(await listed(to, path, fields)).toEqual(wanted);
  });

  it('has the same rules', async () => {
    const rulesOf = async (call: Client | undefined) => {
      const sets = (await call?.('GET', '/orgs/1/sec_policy/active/rule_sets?max_results=1000'))?.json as {
        readonly rules: Wire[];
      }[];
      return sets
        .flatMap(({ rules }) => rules)
        .map(({ href, enabled, providers, consumers, ingress_services, unscoped_consumers, resolve_labels_as }) => ({
          href,
          enabled,
          ingress_services,
          unscoped_consumers,
          resolve_labels_as,
          providers: new Set((providers as Wire[]).map((actor) => JSON.stringify(actor))),
          consumers: new Set((consumers as Wire[]).map((actor) => JSON.stringify(actor))),
        }))
        .sort((a, b) => (JSON.stringify(a.href) < JSON.stringify(b.href) ? -1 : 1));
    };
    const wanted = await rulesOf(from);
    expect(wanted.length).toBeGreaterThan(20);
    expect(await rulesOf(to)).toEqual(wanted);
  });

  it('decides the same traffic the same way', async () => {
    const rowsOf = async (simulator: Simulator) => {
      const rows = JSON.parse(await traffic(simulator, 'application/json')) as {
        readonly [side in 'src' | 'dst']: { readonly ip: string; readonly workload?: { readonly href: string } };
      }[];
      return (rows as unknown as Wire[]).map((row) => {
        const { src, dst } = row as unknown as (typeof rows)[number];
        const { port, proto } = row['service'] as Wire;
        return JSON.stringify([
          src.ip,
          src.workload?.href,
          dst.ip,
          dst.workload?.href,
          port,
          proto,
          row['num_connections'],
          row['policy_decision'],
          row['flow_direction'],
          row['state'],
          row['dst_bi'],
        ]);
      });
    };
    const [wanted, found] = [await rowsOf(original), await rowsOf(copy)];
    expect(wanted.length).toBeGreaterThan(500);
    expect(found.toSorted()).toEqual(wanted.toSorted());
  });
});

describe('refuses, and imports nothing of,', () => {
  const rule = (changes: Readonly<Record<string, string>>): string => {
    const row = {
      ruleset_name: 'R',
      ruleset_scope: '',
      rule_enabled: 'true',
      src_all_workloads: 'true',
      dst_all_workloads: 'true',
      src_iplists: '',
      services: '22 TCP',
      ...changes,
    };
    return `${Object.keys(row).join(',')}\n${Object.values(row).join(',')}\n`;
  };
  const flow = (changes: Readonly<Record<string, string>>): string => {
    const row = {
      'Source IP': '10.0.0.1',
      'Destination IP': '10.0.0.2',
      Port: '22',
      Protocol: 'TCP',
      'Num Flows': '1',
      'First Detected': '2026-03-30T00:00:00Z',
      'Last Detected': '2026-03-30T01:00:00Z',
      ...changes,
    };
    return `${Object.keys(row).join(',')}\n${Object.values(row).join(',')}\n`;
  };

  it.each<readonly [what: string, text: string | Buffer, message: RegExp]>([
    ['an empty file', '', /bad\.csv is empty/],
    ['a file of unknown columns', 'colour,size\nred,1\n', /bad\.csv: its columns \(colour, size/],
    ['a column that stands there twice', 'key,value,key\nenv,a,b\n', /"key" stands there twice/],
    ['a line that is too short', 'key,value\nenv\n', /bad\.csv, line 2: it has 1 fields, and the header has 2/],
    ['an open quote', 'key,value\nenv,"x\n', /bad\.csv: .*[Qq]uote/],
    ['bytes that are no text', Buffer.from([0x6b, 0x65, 0x79, 0xff, 0xfe]), /bad\.csv is not UTF-8/],
    ['zeros', 'key,value\nenv,a\0b\n', /bad\.csv is not a text/],
    ['a label key with a line break in it', 'key,value\n"e\nnv",x\n', /is not a label key/],
    ['an empty label value', 'key,value\nenv,\n', /line 2: "" is not a label value/],
    ['the same label twice', 'key,value\nenv,X\nenv,X\n', /line 3: there are two labels env:"X"/],
    ['an href of something else', 'href,key,value\n/orgs/1/../../x,env,X\n', /is not the href of a label/],
    ['a workload without a name', 'hostname,interfaces\n,eth0:10.0.0.1\n', /line 2: a workload needs a hostname/],
    [
      'an interface that is none',
      'hostname,interfaces\nweb,eth0:10.0.0.300\n',
      /"eth0:10\.0\.0\.300" is not an interface/,
    ],
    ['a mode that is none', 'hostname,interfaces,enforcement\nweb,,on\n', /"on" is not an enforcement mode/],
    ['a range the wrong way round', 'name,include,exclude\nL,10.0.0.9-10.0.0.1,\n', /is not a range of addresses/],
    ['a range with host bits', 'name,include,exclude\nL,10.0.0.9/8,\n', /"10\.0\.0\.9\/8" is not a range/],
    ['two lists of one name', 'name,include,exclude\nL,,\nL,,\n', /line 3: there are two of the IP list "L"/],
    ['a port that is too large', 'name,ports,protocol\nS,70000,TCP\n', /"70000 TCP" is not a port and protocol/],
    ['a protocol nobody knows', 'name,ports,protocol\nS,1,XYZ\n', /is not a port and protocol/],
    ['a rule about an unknown list', rule({ src_iplists: 'Nowhere' }), /there is no ip list "Nowhere" in the files/],
    ['a rule without services', rule({ services: '' }), /line 2: the rule names no service/],
    ['a rule about nobody', rule({ src_all_workloads: 'false' }), /the rule names nobody as source/],
    [
      'a rule that is perhaps enabled',
      rule({ rule_enabled: 'maybe' }),
      /rule_enabled must be true or false, not "maybe"/,
    ],
    ['a scope of old', rule({ ruleset_scope: 'ALL | ALL | ALL' }), /export it again/],
    ['a flow from nowhere', flow({ 'Source IP': 'host' }), /Source IP is not an address: "host"/],
    ['a flow of the future', flow({ 'Last Detected': '2026-04-30T00:00:00Z' }), /lies behind the simulator's time/],
    ['a flow that ends first', flow({ 'Last Detected': '2026-03-29T00:00:00Z' }), /ends before it begins/],
    ['a flow of no connections', flow({ 'Num Flows': '0' }), /Num Flows is not a number from 1: "0"/],
    ['a flow at some time', flow({ 'First Detected': 'yesterday' }), /First Detected is not a time: "yesterday"/],
  ])('%s', async (_what, text, message) => {
    const place = mkdtempSync(join(tmpdir(), 'simulator-import-'));
    const [good, bad, state] = [join(place, 'good.csv'), join(place, 'bad.csv'), join(place, 'state.pce')];
    writeFileSync(good, 'key,value\nenv,Fine\n');
    writeFileSync(bad, text);
    await expect(worldOf({ ...flags, imports: [good, bad] })).rejects.toThrow(message);
    await expect(worldOf({ ...flags, imports: [good, bad], state })).rejects.toThrow(message);
    expect(existsSync(state)).toBe(false);
    rmSync(place, { recursive: true });
  });
});

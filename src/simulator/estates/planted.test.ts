import { describe, expect, it } from 'vitest';
import type { Href } from '../../core/href.ts';
import { isObject, type JsonObject } from '../../core/json.ts';
import { type CompiledPolicy, compilePolicy, decide, reportedAt } from '../../model/policy/index.ts';
import type { PolicySource } from '../../model/policy/source.ts';
import { createWorld } from '../world-state.ts';
import { DAY } from './calendar.ts';
import { ANCHORS, textOf } from './estate-testing.ts';
import type { Estate, FlowRow, WorkloadRecord } from './estate.ts';
import { buildEstate } from './index.ts';
import { plantedIssues } from './planted.ts';

const SEEDS = [7, 8, 2_024] as const;

interface Case {
  readonly estate: Estate;
  readonly policy: PolicySource;
  readonly compiled: CompiledPolicy;
  readonly rows: readonly FlowRow[];
  /** Rules some flow of 90 days uses at some end, whether or not they decide. */
  readonly used: ReadonlySet<string>;
  readonly mix: Readonly<Record<string, number>>;
}

const asHref = (estate: Estate, index: number): Href | undefined =>
  index < 0 ? undefined : (`/orgs/1/workloads/${estate.workloads[index]?.id ?? ''}` as Href);

/** Everything the tests below look at, found from the estate alone. */
function prepare(seed: number): Case {
  const nowMs = ANCHORS.sunday;
  const estate = buildEstate({ profile: 'mid', seed, nowMs });
  const policy = createWorld(estate, { now: () => nowMs }).policy('active');
  const compiled = compilePolicy(policy);
  const used = new Set<string>();
  const mix: Record<string, number> = {};
  const rows = [...estate.traffic.rows(nowMs - 90 * DAY, nowMs)];
  for (const row of rows) {
    const question = {
      src: { ip: row.srcIp, workload: asHref(estate, row.src) },
      dst: { ip: row.dstIp, workload: asHref(estate, row.dst), fqdn: row.dstFqdn ?? undefined },
      proto: row.proto,
      port: row.icmpType === null ? row.port : undefined,
      icmpType: row.icmpType ?? undefined,
      process: (row.reporter === 'destination' ? row.process : null) ?? undefined,
    };
    if (row.reporter === 'flowlink') {
      mix['unknown'] = (mix['unknown'] ?? 0) + 1;
      continue;
    }
    const { ends } = decide(compiled, question);
    for (const end of [ends.source, ends.destination])
      for (const rule of end ? [...end.rules, ...end.maybe, ...end.runnersUp.map((each) => each.rule)] : [])
        used.add(rule);
    const { decision } = reportedAt(compiled, question, row.reporter);
    mix[decision] = (mix[decision] ?? 0) + 1;
  }
  return { estate, policy, compiled, rows, used, mix };
}

const cases = new Map(SEEDS.map((seed) => [seed, prepare(seed)]));

describe.each(SEEDS)('planted issues, seed %d', (seed) => {
  const { estate, policy, compiled, rows, used, mix } = cases.get(seed) ?? prepare(seed);
  const { nowMs } = estate;
  const planted = plantedIssues(estate);
  const issue = (id: string) => {
    const found = planted[id];
    if (found === undefined) throw new Error(`no ${id}`);
    return found;
  };
  const labelsById = new Map(estate.labels.map((label) => [label.id, label]));
  const label = (workload: WorkloadRecord | undefined, key: string): string | null => {
    const found = workload?.labels.map((id) => labelsById.get(id)).find((each) => each?.key === key);
    return found?.value ?? null;
  };
  const carrying = (wanted: Readonly<Record<string, string>>): number[] =>
    estate.workloads.flatMap((workload, i) =>
      workload.managed && Object.entries(wanted).every(([key, value]) => label(workload, key) === value) ? [i] : [],
    );
  const flows = (fits: (row: FlowRow) => boolean) => rows.filter(fits);
  const between = (sources: readonly number[], destinations: readonly number[], port: number) =>
    flows((row) => row.port === port && sources.includes(row.src) && destinations.includes(row.dst));
  const ruleSets = estate.ruleSets.map((set) => set.active ?? {});
  const named = (name: string): JsonObject => ruleSets.find((set) => set['name'] === name) ?? {};
  const rulesOf = (set: JsonObject, list = 'rules'): JsonObject[] =>
    (Array.isArray(set[list]) ? set[list] : []).filter((rule): rule is JsonObject => isObject(rule));
  const active = (href: string): string => href.replace('/draft/', '/active/');
  const ruleAt = (href: string) =>
    policy.ruleSets.flatMap(({ rules }) => rules).find((rule) => rule.href === active(href));

  it('names every issue P1 to P28 and rules that exist', () => {
    for (let n = 1; n <= 28; n++)
      expect(
        Object.keys(planted).some((id) => id === `P${n}` || id.startsWith(`P${n}-`)),
        `P${n}`,
      ).toBe(true);
    for (const each of Object.values(planted))
      for (const href of each.rules) expect(ruleAt(href), `${each.id} ${href}`).toBeDefined();
  });

  it('mixes decisions about 46/38/6/10', () => {
    const share = (decision: string) => (100 * (mix[decision] ?? 0)) / rows.length;
    expect(Math.abs(share('allowed') - 46)).toBeLessThan(5);
    expect(Math.abs(share('potentially_blocked') - 38)).toBeLessThan(5);
    expect(Math.abs(share('blocked') - 6)).toBeLessThan(5);
    expect(Math.abs(share('unknown') - 10)).toBeLessThan(5);
  });

  it('P1: dev ordering reads the production database by a rule of Ordering-Prod-RS1', () => {
    const { sources, destinations, rules } = issue('P1');
    const seen = between(sources, destinations, 5432);
    expect(seen.length).toBeGreaterThan(0);
    expect(seen.some((row) => label(estate.workloads[row.dst], 'env') === 'prod')).toBe(true);
    expect(used.has(active(rules[0] ?? ''))).toBe(true);
    expect(
      rulesOf(named('Ordering-Prod-RS1')).some((rule) => String(rules[0]).endsWith(`/${textOf(rule, 'id')}`)),
    ).toBe(true);
  });

  it('P2: RDP from anywhere to production Windows', () => {
    const rule = ruleAt(issue('P2').rules[0] ?? '');
    expect(rule?.consumers).toEqual([{ kind: 'ip_list', href: '/orgs/1/sec_policy/active/ip_lists/1' }]);
  });

  it('P3: the path is permitted, its far half never seen', () => {
    const hop = (from: Readonly<Record<string, string>>, to: Readonly<Record<string, string>>, port: number) => ({
      seen: between(carrying(from), carrying(to), port).length > 0,
      permitted: carrying(from).some((source) =>
        carrying(to).some((target) => {
          const ip = (index: number) => estate.workloads[index]?.interfaces[0]?.address ?? '';
          const { ends } = decide(compiled, {
            src: { ip: ip(source), workload: asHref(estate, source) },
            dst: { ip: ip(target), workload: asHref(estate, target) },
            proto: 6,
            port,
          });
          return ends.destination?.rules.length !== 0 || ends.destination?.mode === 'idle';
        }),
      ),
    });
    const prod = { env: 'prod' };
    const desktop = { role: 'desktop', app: 'vdi', ...prod };
    const filer = { role: 'filer', app: 'file-services', ...prod };
    const billing = { role: 'app', app: 'legacy-billing', ...prod };
    const oracle = { role: 'rac', app: 'shared-oracle', ...prod };
    const database = { role: 'db', app: 'payments', ...prod };
    expect(hop(desktop, filer, 445)).toEqual({ seen: true, permitted: true });
    expect(hop(filer, billing, 445)).toEqual({ seen: true, permitted: true });
    expect(hop(billing, oracle, 1521)).toEqual({ seen: false, permitted: true });
    expect(hop(oracle, database, 1521)).toEqual({ seen: false, permitted: true });
  }, 60_000);

  it('P4: payments is in full enforcement but for its database', () => {
    const modes = (role: string) =>
      new Set(carrying({ app: 'payments', env: 'prod', role }).map((i) => estate.workloads[i]?.enforcementMode));
    expect(modes('db')).toEqual(new Set(['selective']));
    for (const role of ['lb', 'web', 'api', 'batch']) expect(modes(role)).toEqual(new Set(['full']));
  });

  it('P5: 37 hosts without labels and 11 without env, in az-weu', () => {
    const managed = estate.workloads.filter((workload) => workload.managed);
    const bare = managed.filter((workload) => workload.labels.length === 0);
    expect(bare).toHaveLength(37);
    for (const workload of bare) expect(workload.interfaces[0]?.address).toMatch(/^10\.70\./);
    const noEnv = managed.filter((workload) => workload.labels.length > 0 && label(workload, 'env') === null);
    expect(noEnv).toHaveLength(11);
    for (const workload of noEnv) expect(label(workload, 'loc')).toBe('az-weu');
  });

  it('P6: 9 hosts whose names and labels disagree', () => {
    const { sources } = issue('P6');
    expect(sources).toHaveLength(9);
    for (const index of sources) {
      const workload = estate.workloads[index];
      const labels = `-${label(workload, 'app')}-${label(workload, 'role')}`;
      expect(workload?.hostname).not.toContain(labels);
    }
  });

  it('P7: dirty labels on 34 hosts', () => {
    const dirty = (workload: WorkloadRecord) =>
      ['PRD', 'Production', 'stg'].includes(label(workload, 'env') ?? '') || label(workload, 'app') === 'Ordering ';
    expect(estate.workloads.filter((workload) => workload.managed && dirty(workload))).toHaveLength(34);
  });

  it('P8: exactly 61 enabled allow rules in 12 rulesets without traffic for 90 days', () => {
    const unused = policy.ruleSets.flatMap((set) =>
      set.enabled ? set.rules.filter((rule) => rule.enabled && rule.kind === 'allow' && !used.has(rule.href)) : [],
    );
    expect(unused.map(({ href }) => String(href)).toSorted()).toEqual(issue('P8').rules.map(active).toSorted());
    expect(unused).toHaveLength(61);
    expect(issue('P8').ruleSets).toHaveLength(12);
    expect(issue('P8-rare').rules).toHaveLength(4);
  });

  it('P9: 9 duplicates, 14 redundant, 3 ineffective denies, 6 irrelevant, 8 far too wide', () => {
    const without = (rule: JsonObject): string => JSON.stringify({ ...rule, id: 0 });
    const copies = ruleSets.filter((set) => set['name'] !== 'zz_old_billing').map((set) => rulesOf(set).map(without));
    expect(copies.reduce((sum, list) => sum + list.length - new Set(list).size, 0)).toBe(9);
    expect(issue('P9-duplicate').rules).toHaveLength(9);
    expect(issue('P9-redundant').rules).toHaveLength(14);
    for (const href of issue('P9-redundant').rules) {
      const set = policy.ruleSets.find(({ rules }) => rules.some((rule) => rule.href === active(href)));
      expect(
        set?.rules.some(({ providers, consumers }) => providers[0]?.kind === 'ams' && consumers[0]?.kind === 'ams'),
      ).toBe(true);
    }
    for (const href of issue('P9-ineffective').rules) {
      const rule = ruleAt(href);
      const set = policy.ruleSets.find(({ rules }) => rules.some((each) => each.href === rule?.href));
      const same = (other: (typeof policy.ruleSets)[number]['rules'][number]) =>
        other.kind === 'allow' &&
        JSON.stringify([other.providers, other.services]) === JSON.stringify([rule?.providers, rule?.services]);
      expect(set?.rules.some(same)).toBe(true);
    }
    expect(issue('P9-ineffective').rules).toHaveLength(3);
    const carried = new Set(estate.workloads.flatMap(({ labels }) => labels));
    const empty = policy.ruleSets.flatMap(({ rules }) =>
      rules.filter(
        (rule) =>
          rule.kind === 'allow' &&
          rule.providers.some((each) => each.kind === 'label' && !carried.has(Number(each.href.split('/').at(-1)))),
      ),
    );
    expect(empty.map(({ href }) => String(href)).toSorted()).toEqual(
      issue('P9-irrelevant').rules.map(active).toSorted(),
    );
    expect(empty).toHaveLength(6);
    expect(issue('P9-over-grant').rules).toHaveLength(8);
  });

  it('P10: the month-end edge is in a 30-day window once and not in a 14-day one', () => {
    const { sources, destinations, names } = issue('P10');
    const edge = (days: number) =>
      [...estate.traffic.rows(nowMs - days * DAY, nowMs)].filter(
        (row) => row.port === 443 && sources.includes(row.src) && destinations.includes(row.dst),
      );
    expect(edge(14)).toEqual([]);
    expect(edge(30).length).toBeGreaterThan(0);
    for (const row of edge(30))
      expect([row.firstMs, row.lastMs].map((ms) => new Date(ms).toISOString().slice(0, 10))).toEqual([
        names[0],
        names[0],
      ]);
  });

  it('P11: Telnet and FTP in use on the billing application', () => {
    for (const port of [21, 23])
      expect(flows((row) => row.port === port && issue('P11').destinations.includes(row.dst)).length).toBeGreaterThan(
        0,
      );
  });

  it('P12: 18 GB in one night', () => {
    const seen = flows((row) => row.dstIp === '203.0.113.77');
    expect(seen).toHaveLength(1);
    expect(seen[0]?.bytesIn).toBe(18_000_000_000);
    expect(label(estate.workloads[seen[0]?.src ?? -1], 'app')).toBe('sap-bw');
    expect((seen[0]?.lastMs ?? 0) - (seen[0]?.firstMs ?? 0)).toBeLessThan(DAY / 4);
  });

  it('P13: a desktop calls an address of the threat list every 300 s', () => {
    const listed = estate.ipLists.find((list) => list.active?.['name'] === 'Threat-Blocklist')?.active;
    const addresses = new Set(
      (Array.isArray(listed?.['ip_ranges']) ? listed['ip_ranges'] : []).map((range) =>
        isObject(range) ? range['from_ip'] : null,
      ),
    );
    expect(addresses.size).toBe(400);
    const calls = flows((row) => row.process?.endsWith('svch0st.exe') === true);
    expect(calls).toHaveLength(1);
    expect(addresses.has(calls[0]?.dstIp)).toBe(true);
    expect(label(estate.workloads[calls[0]?.src ?? -1], 'role')).toBe('desktop');
    const hour = [...estate.traffic.rows(nowMs - DAY, nowMs - DAY + 3_600_000)].filter(
      (row) => row.process === calls[0]?.process,
    );
    expect(hour[0]?.connections).toBe(12);
    expect(hour[0]?.lastMs).toBe((hour[0]?.firstMs ?? 0) + 11 * 300_000);
  });

  it('P14: an unknown address on SMB and LDAP of domain controllers', () => {
    const seen = flows((row) => row.srcIp === '10.21.9.77');
    expect(new Set(seen.map(({ port }) => port))).toEqual(new Set([389, 445]));
    for (const row of seen) expect(row.src).toBe(-1);
  });

  it('P15: payments:web may reach any address on 443, and does', () => {
    const web = carrying({ app: 'payments', env: 'prod', role: 'web' });
    expect(flows((row) => web.includes(row.src) && row.dst === -1 && row.port === 443).length).toBeGreaterThan(0);
    expect(issue('P15').rules.some((href) => ruleAt(href)?.providers[0]?.kind === 'ip_list')).toBe(true);
  });

  it('P16: an override deny stops the backup', () => {
    const media = carrying({ app: 'backup', role: 'media', env: 'prod' });
    const stopped = flows((row) => row.port === 1556 && media.includes(row.src) && row.dst >= 0).filter(
      (row) =>
        decide(compiled, {
          src: { ip: row.srcIp, workload: asHref(estate, row.src) },
          dst: { ip: row.dstIp, workload: asHref(estate, row.dst) },
          proto: 6,
          port: 1556,
        }).ends.destination?.class === 'override_deny',
    );
    expect(stopped.length).toBeGreaterThan(0);
    for (const href of issue('P16').rules) expect(used.has(active(href))).toBe(true);
  });

  it('P17: the draft disables the deny of the tokenizer ringfence', () => {
    const set = estate.ruleSets.find((each) => each.active?.['name'] === 'RF | tokenizer | prod');
    const enabled = (body: JsonObject | undefined) => rulesOf(body ?? {}, 'deny_rules').map((rule) => rule['enabled']);
    expect([enabled(set?.active), enabled(set?.draft?.body)]).toEqual([[true], [false]]);
  });

  it('P18: 12 unmanaged doubles and 3 host names on two agents', () => {
    const managed = estate.workloads.filter((workload) => workload.managed);
    const addresses = new Set(managed.map(({ interfaces }) => interfaces[0]?.address));
    expect(
      estate.workloads.filter((workload) => !workload.managed && addresses.has(workload.interfaces[0]?.address)),
    ).toHaveLength(12);
    expect(managed.length - new Set(managed.map(({ hostname }) => hostname)).size).toBe(3);
  });

  it('P20: wms is used, enforced in test, and badly logged', () => {
    const hosts = carrying({ app: 'wms' }).map((index) => estate.workloads[index]);
    const dark = hosts.filter(
      (workload) => workload?.visibilityLevel === 'flow_off' || workload?.visibilityLevel === 'flow_drops',
    );
    expect(dark).toHaveLength(7);
    expect(dark.some((workload) => workload?.enforcementMode === 'selective')).toBe(true);
  });

  it('P21: the 10/8 list is used once, in an allow', () => {
    const id = estate.ipLists.find((each) => each.active?.['name'] === 'OLD-DO-NOT-USE-10net')?.id;
    const text = `/ip_lists/${id ?? ''}"`;
    const users = ruleSets
      .flatMap((set) => [...rulesOf(set), ...rulesOf(set, 'deny_rules')])
      .filter((rule) => JSON.stringify(rule).includes(text));
    expect(users).toHaveLength(1);
    expect(issue('P21').rules[0]).toContain(`/sec_rules/${textOf(users[0], 'id')}`);
  });

  it('P22: SSH from the user network to SAP', () => {
    const seen = flows(
      (row) =>
        row.port === 22 && row.srcIp.startsWith('10.100.') && label(estate.workloads[row.dst], 'app') === 'sap-erp',
    );
    expect(seen.length).toBeGreaterThan(0);
  });

  it('P23: build agents reach the card database since this week only', () => {
    const { sources, destinations } = issue('P23');
    const seen = between(sources, destinations, 1521);
    expect(seen.length).toBeGreaterThan(0);
    for (const row of seen) expect(row.firstMs).toBeGreaterThan(nowMs - 7 * DAY);
  });

  it('P24: backup reaches most applications', () => {
    const media = carrying({ app: 'backup', role: 'media', env: 'prod' });
    const reached = new Set(
      flows((row) => media.includes(row.src) && row.port === 1556).map((row) =>
        label(estate.workloads[row.dst], 'app'),
      ),
    );
    expect(reached.size).toBeGreaterThan(25);
  });

  it('P25 and P26: vulnerable ports and unlabelled namespaces', () => {
    const critical = (estate.vulnerabilities ?? []).filter(({ score }) => score >= 90);
    expect(critical.map(({ detected }) => detected[0]?.port)).toEqual([8443, 445, 1433]);
    for (const { detected } of critical)
      expect(
        estate.workloads.some(
          ({ id, openPorts }) =>
            id === detected[0]?.workload && openPorts.some(({ port }) => port === detected[0]?.port),
        ),
      ).toBe(true);
    const bare = (estate.containerClusters ?? []).flatMap(({ namespaces }) =>
      namespaces.filter(({ labels }) => labels.length === 0),
    );
    expect(bare.map(({ name }) => name).toSorted()).toEqual(issue('P26').names.toSorted());
    expect(bare).toHaveLength(2);
  });

  it('P27 and P28: a description that gives orders, and a ruleset of 512 rules', () => {
    const talking = ruleSets.filter((set) => /ignore your previous instructions/.test(textOf(set, 'description')));
    expect(talking.map((set) => set['name'])).toEqual(issue('P27').ruleSets);
    expect(rulesOf(named('zz_old_billing'))).toHaveLength(512);
  });
});

describe('another seed', () => {
  it('moves the planted hosts', () => {
    const where = (id: string) =>
      SEEDS.map((seed) => JSON.stringify(plantedIssues({ profile: 'mid', seed, nowMs: ANCHORS.first })[id]?.sources));
    for (const id of ['P6', 'P7', 'P18', 'P19-offline', 'P19-tampering', 'P13'])
      expect(new Set(where(id)).size, id).toBeGreaterThan(1);
  });

  it('plants nothing that a smaller estate has no place for', () => {
    const small = plantedIssues({ profile: 'small', seed: 7, nowMs: ANCHORS.first });
    expect(small['P12']?.sources).toEqual([]);
    expect(small['P4']?.destinations.length).toBeGreaterThan(0);
  });
});

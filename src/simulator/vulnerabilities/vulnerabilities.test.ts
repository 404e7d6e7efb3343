import { describe, expect, it } from 'vitest';
import { breadthEstate } from '../testing/breadth-estate.ts';
import { LABEL, workloadId } from '../testing/tiny-estate.ts';
import { draft, labelHref, startTiny } from '../testing/tiny-simulator.ts';

const { call, created, done, got, listed, refused, simulator } = await startTiny(breadthEstate());
const path = '/orgs/1/vulnerabilities';
const workload = (n: number) => `/orgs/1/workloads/${workloadId(n)}`;
interface Detected {
  readonly detected_vulnerability_summary: Readonly<Record<string, unknown>>;
  readonly workload_detected_vulnerabilities: readonly Readonly<Record<string, unknown>>[];
}
const detectedOn = async (n: number) => (await got(`${workload(n)}/detected_vulnerabilities`)) as unknown as Detected;
const provision = () => call('POST', '/orgs/1/sec_policy', { body: {} });

describe('vulnerabilities', () => {
  it('are made, changed and forgotten by the ids of their scanner', async () => {
    const made = await call('POST', path, {
      body: [
        { reference_id: 'qualys-1', name: 'One', score: 30, cve_ids: ['CVE-1'] },
        { reference_id: 'CVE-2016-2183', name: 'Weak cipher', score: 60 },
      ],
    });
    expect(made.json).toEqual([
      { href: `${path}/qualys-1`, status: 'created' },
      { href: `${path}/CVE-2016-2183`, status: 'updated' },
    ]);
    expect(await got(`${path}/CVE-2016-2183`)).toMatchObject({ score: 60, cve_ids: ['CVE-2016-2183'] });
    await done('PUT', `${path}/qualys-1`, { score: 100, name: 'One' });
    expect(await got(`${path}/qualys-1`)).toMatchObject({ score: 100, cve_ids: ['CVE-1'] });
    await done('PUT', `${path}/CVE-2016-2183`, { score: 50, name: 'Weak cipher' });
    await done('DELETE', `${path}/qualys-1`);
    expect((await refused('GET', `${path}/qualys-1`))[0]).toBe(404);
    expect((await refused('PUT', `${path}/x`, { body: { score: 101, name: 'x' } }))[1]).toBe('input_validation_error');
    expect(
      (await refused('PUT', `${path}/x`, { body: { score: 1, name: 'x' }, key: simulator.keys.readOnly }))[0],
    ).toBe(403);
  });
});

describe('exposure', () => {
  // By hand, on the tiny estate: only the web server of ordering may reach the database on 5432, by the rule of its ruleset; of the
  // other workloads two more exist besides it, and two pods of the development cluster run on it.
  it('counts who could connect under the provisioned rules, in each mode', async () => {
    const { detected_vulnerability_summary: summary, workload_detected_vulnerabilities: found } = await detectedOn(2);
    const others = simulator.world.policy('active').workloads.length - 1;
    expect(found.find(({ port }) => port === 5432)).toMatchObject({
      port_exposure: 1,
      // 10 × log2(1 + 1)
      port_vulnerability_exposure_score: 10,
      visibility_enforcement_vulnerability_exposure: { vulnerable_port_exposure: others },
      current_enforcement_vulnerability_exposure: { vulnerable_port_exposure: 1 },
      port_wide_exposure: { any: false, ip_list: false },
      vulnerability: { name: 'Remote code execution in the logging library', score: 100 },
    });
    expect(found.find(({ port }) => port === 443)).toMatchObject({
      port_exposure: 0,
      port_vulnerability_exposure_score: 0,
    });
    expect(summary).toMatchObject({
      num_vulnerabilities: 2,
      vulnerability_score: 150,
      max_vulnerability_score: 100,
      vulnerability_exposure_score: 10,
      vulnerability_computation_state: 'in_sync',
    });
  });

  it('doubles where any address can connect, once that is provisioned', async () => {
    const rule = await created(`${draft('rule_sets', 2)}/sec_rules`, {
      enabled: true,
      providers: [{ label: { href: labelHref(LABEL.db) } }],
      consumers: [{ ip_list: { href: draft('ip_lists', 1) } }],
      ingress_services: [{ proto: 6, port: 5432 }],
      resolve_labels_as: { providers: ['workloads'], consumers: ['workloads'] },
      unscoped_consumers: true,
    });
    const exposureNow = async () =>
      (await detectedOn(2)).detected_vulnerability_summary['vulnerable_port_wide_exposure'];
    expect(await exposureNow()).toEqual({ any: false, ip_list: false });
    await provision();
    expect(await exposureNow()).toEqual({ any: true, ip_list: true });
    const others = simulator.world.policy('active').workloads.length - 1;
    const { workload_detected_vulnerabilities: found } = await detectedOn(2);
    expect(found.find(({ port }) => port === 5432)).toMatchObject({
      port_exposure: others,
      port_vulnerability_exposure_score: Math.round(20 * Math.log2(1 + others)),
    });
    await done('DELETE', rule.href);
    await provision();
  });

  it('comes with workloads that ask for it, and filters them', async () => {
    const [plain] = await listed('/orgs/1/workloads?hostname=host-2');
    expect(plain).toMatchObject({ vulnerabilities_summary: null });
    const all = await listed('/orgs/1/workloads?representation=workload_labels_vulnerabilities');
    expect(all.map(({ vulnerabilities_summary: summary }) => summary !== null)).toEqual([true, true, false, false]);
    const score = 'vulnerability_summary.vulnerability_exposure_score';
    expect((await listed(`/orgs/1/workloads?${score}[gte]=5`)).map(({ href }) => href)).toEqual([workload(2)]);
    expect(await listed(`/orgs/1/workloads?${score}[gte]=11`)).toEqual([]);
  });

  it('is the same one by one, workload by workload, and gathered by vulnerability', async () => {
    const { aggregated_detected_vulnerabilities: groups, aggregated_detected_vulnerability_summary: summary } =
      (await got('/orgs/1/aggregated_detected_vulnerabilities')) as unknown as Record<
        string,
        Record<string, unknown>[]
      >;
    expect(summary).toMatchObject({ num_vulnerabilities: 3, vulnerability_score: 200 });
    expect(groups?.find(({ port }) => port === 443)).toMatchObject({ num_workloads: 2 });
    const each = await listed('/orgs/1/workloads/detailed_vulnerabilities');
    expect(each).toHaveLength(2);
  });
});

describe('reports of scanners', () => {
  const reports = '/orgs/1/vulnerability_reports';
  const finding = (n: number, rest: object = {}) => ({
    ip_address: `10.0.0.${n}`,
    port: 22,
    proto: 6,
    workload: { href: workload(n) },
    vulnerability: { href: `${path}/CVE-2016-2183` },
    ...rest,
  });

  it('add what they found, take away what is fixed, and are refused when they name what is not there', async () => {
    const body = { name: 'Nightly', report_type: 'tenable', detected_vulnerabilities: [finding(1), finding(4)] };
    await done('PUT', `${reports}/nightly`, body);
    expect(await got(`${reports}/nightly`)).toMatchObject({ num_vulnerabilities: 2, authoritative: false });
    expect((await detectedOn(4)).detected_vulnerability_summary).toMatchObject({
      num_vulnerabilities: 1,
      vulnerability_computation_state: 'not_applicable',
      vulnerability_exposure_score: null,
    });
    await done('PUT', `${reports}/nightly`, { ...body, detected_vulnerabilities: [finding(4, { state: 'fixed' })] });
    expect((await detectedOn(4)).workload_detected_vulnerabilities).toEqual([]);
    const unknown = {
      ...body,
      detected_vulnerabilities: [finding(1), finding(2, { vulnerability: { href: `${path}/no` } })],
    };
    expect((await refused('PUT', `${reports}/other`, { body: unknown }))[1]).toBe('invalid_uri');
    expect((await refused('GET', `${reports}/other`))[0]).toBe(404);
  });

  it('with authority replace what was known of the addresses they scanned', async () => {
    await done('PUT', `${reports}/full`, {
      name: 'Full',
      report_type: 'qualys',
      authoritative: true,
      scanned_ips: ['10.0.0.1'],
      detected_vulnerabilities: [],
    });
    expect((await detectedOn(1)).workload_detected_vulnerabilities).toEqual([]);
    expect((await detectedOn(2)).workload_detected_vulnerabilities).toHaveLength(2);
    await done('DELETE', `${reports}/full`);
  });
});

describe('ransomware risk of a workload', () => {
  const details = async (n: number) =>
    (
      (await got(`${workload(n)}/risk_details`)) as unknown as {
        risk_details: { ransomware: { services: unknown[] } | null };
      }
    ).risk_details.ransomware;

  it('says of each risky service on its system how far rules protect it', async () => {
    expect(await details(2)).toMatchObject({
      services: [
        {
          name: 'S-RDP',
          port: 3389,
          protocol: 6,
          severity: 'high',
          port_status: 'inactive',
          active_policy: 'blocked_no_rule',
          protection_state: 'protected_closed',
        },
      ],
    });
    expect((await details(1))?.services).toEqual([]);
    expect(await details(4)).toBeNull();
    await done('PUT', workload(2), { enforcement_mode: 'visibility_only' });
    expect(await details(2)).toMatchObject({
      services: [{ protection_state: 'unprotected', recommendation: 'add_boundary' }],
    });
    await done('PUT', workload(2), { enforcement_mode: 'selective' });
    await created(`${draft('rule_sets', 1)}/deny_rules`, {
      providers: [{ actors: 'ams' }],
      consumers: [{ actors: 'ams' }, { ip_list: { href: draft('ip_lists', 1) } }],
      ingress_services: [{ proto: 6, port: 3389 }],
      enabled: true,
    });
    expect(await details(2)).toMatchObject({
      services: [{ draft_policy: 'blocked_by_boundary', recommendation: 'has_draft_policy_needs_provisioning' }],
    });
    await provision();
    expect(await details(2)).toMatchObject({
      services: [{ active_policy: 'blocked_by_boundary', protection_state: 'protected_closed' }],
    });
  });
});

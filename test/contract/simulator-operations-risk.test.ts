import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildEstate } from '../../src/simulator/estates/index.ts';
import { createSimulator, type Simulator } from '../../src/simulator/simulator.ts';
import { clientOf } from '../../src/simulator/testing/client.ts';
import { checkOf, problemsOf } from './answers.ts';
import { SCHEMAS_MISSING } from './simulator-traffic/schemas.ts';

const nowMs = Date.parse('2026-03-31T09:00:00Z');
type Wire = Readonly<Record<string, unknown>>;

let simulator: Simulator;
let call: ReturnType<typeof clientOf>;
beforeAll(async () => {
  simulator = await createSimulator({
    estate: buildEstate({ profile: 'small', seed: 3, nowMs, flows: 100 }),
    rateLimit: 'off',
    pceVersion: '26.3',
  });
  call = clientOf(simulator);
});
afterAll(() => simulator.close());

describe.skipIf(SCHEMAS_MISSING !== null)('ransomware risk', () => {
  interface Risky {
    readonly href: string;
    readonly enforcement_mode: string;
    readonly labels: readonly { readonly href: string }[];
    readonly risk_summary: { readonly ransomware: Wire | null };
  }
  type Service = Readonly<Record<'href' | 'severity' | 'category' | 'protection_state', string>> & {
    readonly port: number;
    readonly protocol: number;
  };
  const got = async (url: string, schema: string) => {
    const { status, json } = await call('GET', url);
    expect(status, url).toBe(200);
    expect(problemsOf(checkOf('26.3.0'), { schema, json })).toEqual([]);
    return json;
  };
  const workloads = async () =>
    ((await call('GET', '/orgs/1/workloads?max_results=5000')).json as readonly Risky[]).filter(
      (own) => own.risk_summary.ransomware !== null,
    );
  const servicesOf = async ({ href }: Pick<Risky, 'href'>) =>
    (
      (await call('GET', `${href}/risk_details`)).json as {
        risk_details: { ransomware: { details: readonly Service[] } };
      }
    ).risk_details.ransomware.details;
  const percents = (all: readonly Risky[]) =>
    all.map((own) => Number(own.risk_summary.ransomware?.['ransomware_protection_percent']));
  const mean = (all: readonly number[]) => all.reduce((sum, own) => sum + own, 0) / all.length;
  const isOpen = ({ protection_state: state }: Service) => state === 'unprotected';

  it('of an app group sums up what each of its workloads says', async () => {
    const groups = (await got('/orgs/1/app_groups/risk_summary', 'app_groups_risk_summary_get')) as readonly {
      readonly app_group: { readonly href: string };
      readonly labels: Risky['labels'];
      readonly risk_summary: { readonly ransomware: Wire | null };
    }[];
    const all = await workloads();
    expect(groups.length).toBeGreaterThan(3);
    for (const { app_group: group, labels, risk_summary: risk } of groups) {
      const wanted = labels.map(({ href }) => href).toSorted();
      const members = all.filter((own) => wanted.every((href) => own.labels.some((label) => label.href === href)));
      if (members.length === 0) expect(risk.ransomware).toBeNull();
      else if (wanted.length === 3)
        expect(risk.ransomware?.['ransomware_protection_percent'], group.href).toBeCloseTo(mean(percents(members)), 0);
    }
    const [first] = groups.filter(({ labels, risk_summary: risk }) => labels.length === 3 && risk.ransomware !== null);
    const details = (await got(`${first?.app_group.href}/risk_details`, 'app_groups_risk_details_get')) as {
      readonly risk_details: { readonly ransomware: Wire };
    };
    const members = all.filter((own) =>
      first?.labels.every(({ href }) => own.labels.some((label) => label.href === href)),
    );
    const services = (await Promise.all(members.map(servicesOf))).flat();
    const told = details.risk_details.ransomware['workload_risk_summary_by_service'] as readonly (Pick<
      Service,
      'href' | 'port' | 'protocol'
    > &
      Wire)[];
    expect(new Set(told.map(({ href, port, protocol }) => `${href} ${protocol}/${port}`))).toEqual(
      new Set(services.map(({ href, port, protocol }) => `${href} ${protocol}/${port}`)),
    );
    for (const { href, port, protocol, num_unprotected_workloads: open, num_protected_workloads: closed } of told) {
      const own = services.filter(
        (service) => service.href === href && service.port === port && service.protocol === protocol,
      );
      expect([open, closed]).toEqual([own.filter(isOpen).length, own.filter((service) => !isOpen(service)).length]);
    }
    expect((await call('GET', '/orgs/1/app_groups/999x998/risk_details')).status).toBe(404);
  });

  it('of the organisation sums up all workloads', async () => {
    const { ransomware } = (await got('/orgs/1/reports/risk_summary', 'reports_risk_summary_get')) as {
      readonly ransomware: Wire;
    };
    const all = await workloads();
    const services = (await Promise.all(all.map(servicesOf))).flat();
    const countOf = (own: readonly Service[]) => ({
      num_protected_ports: own.filter((service) => !isOpen(service)).length,
      num_unprotected_ports: own.filter(isOpen).length,
    });
    expect(services.length).toBeGreaterThan(10);
    for (const category of ['admin', 'legacy'])
      expect((ransomware['risky_ports_by_category'] as Wire)[category]).toEqual(
        countOf(services.filter((own) => own.category === category)),
      );
    for (const severity of ['critical', 'high', 'medium', 'low'])
      expect((ransomware['risky_ports_by_severity'] as Wire)[severity]).toEqual(
        countOf(services.filter((own) => own.severity === severity)),
      );
    expect(ransomware).toMatchObject({
      num_total_workloads: all.length,
      num_risky_services: new Set(services.map(({ href }) => href)).size,
      num_unenforced_workloads: all.filter((own) => ['idle', 'visibility_only'].includes(own.enforcement_mode)).length,
    });
    expect(ransomware['ransomware_protection_coverage_percent']).toBeCloseTo(mean(percents(all)), 0);
  });
});

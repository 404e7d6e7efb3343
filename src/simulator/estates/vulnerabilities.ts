import { createRandom } from '../random.ts';
import type { VulnerabilityRecord } from './estate.ts';
import type { Host } from './host.ts';

// Critical findings on ports that others reach (planted issue P25), and the everyday ones around them: id, name, score, where, port.
const FINDINGS = [
  ['CVE-2021-44228', 'Remote code execution in the logging library', 100, 'payments/web', 8443, 'critical'],
  ['CVE-2017-0144', 'Remote code execution in the file sharing service', 93, 'file-services/filer', 445, 'critical'],
  ['CVE-2020-0618', 'Remote code execution in the database reporting service', 90, 'pos-gw/db', 1433, 'critical'],
  ['CVE-2019-11043', 'Code execution in the scripting gateway', 75, 'ecommerce/web', 8080, 'high'],
  ['CVE-2022-0543', 'Sandbox escape in the cache', 72, 'ecommerce/cache', 6379, 'high'],
  ['CVE-2018-15473', 'User enumeration in the remote shell', 53, 'sap-erp/app', 22, 'medium'],
  ['CVE-2016-2183', 'Weak cipher offered', 50, 'crm/web', 443, 'medium'],
  ['CVE-2015-2808', 'Weak cipher offered by the old web server', 43, 'hrm/web', 443, 'medium'],
] as const;

/** What the vulnerability scanner reported. */
export function buildVulnerabilities(hosts: readonly Host[], seed: number): VulnerabilityRecord[] {
  const random = createRandom(seed, 'vulnerabilities');
  return FINDINGS.flatMap(([id, name, score, where, port, severity]) => {
    const [app, role] = where.split('/');
    const group = hosts.filter(
      (host) => host.managed && host.copy === '' && host.spec === app && host.role === role && host.env === 'prod',
    );
    const count = severity === 'critical' ? Math.min(1, group.length) : Math.ceil(group.length / 2);
    const detected = random.sample(group, count).map((host) => ({ workload: host.id, port, proto: 6 }));
    return detected.length === 0 ? [] : [{ id, name, score, detected }];
  });
}

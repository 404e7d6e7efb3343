import type { JsonObject } from '../../../core/json.ts';
import { createRandom } from '../../random.ts';
import type { VersionedSeed } from '../estate.ts';
import { parsePorts } from '../processes.ts';
import { provisioned } from './seeds.ts';

type Risk = readonly [severity: string, category: 'admin' | 'legacy'];

// name, ports (as in the application table), ransomware risk (users.md §4.6) of the `S-` services.
const SERVICES: readonly (readonly [string, string, Risk?])[] = [
  ['All Services', ''],
  ['HTTPS', '443'],
  ['ICMP Ping', ''],
  ['S-RDP', '3389b', ['critical', 'admin']],
  ['S-SMB', '445', ['critical', 'admin']],
  ['S-RPC', '135', ['critical', 'admin']],
  ['S-WINRM', '5985-5986', ['critical', 'admin']],
  ['S-SSH', '22', ['medium', 'admin']],
  ['S-TELNET', '23', ['medium', 'legacy']],
  ['S-FTP', '20-21', ['medium', 'legacy']],
  ['S-NETBIOS', '139 137-138u', ['high', 'legacy']],
  ['S-LLMNR', '5355u', ['medium', 'legacy']],
  ['HTTP-ALT-8080', '8080'],
  ['DNS', '53b'],
  ['NTP', '123u'],
  ['LDAP-Kerberos-Suite', '88b 389b 464b 636 3268-3269'],
  ['AD-Dynamic-RPC', '49152-65535'],
  ['SYSLOG', '514b 6514'],
  ['SPLUNK-FWD', '9997'],
  ['SMTP', '25 587'],
  ['NFS', '2049b'],
  ['MSSQL', '1433'],
  ['ORACLE-TNS', '1521 2484'],
  ['POSTGRES', '5432'],
  ['MYSQL', '3306'],
  ['KAFKA-TLS', '9092-9093'],
  ['SAP-DIAG-RFC', '3200 3300'],
  ['HANA', '30013-30015'],
  ['NETBACKUP', '1556 10082 13724'],
  ['ORDERING-8070', '8070'],
  ['APP-8070', '8070'],
];

/** 31 services: 1 is `All Services`, 3 the ICMP one as on a real PCE (objects.md §7.2); `APP-8070` is a planted duplicate. */
export function buildServices(authors: readonly number[], seed: number, nowMs: number): VersionedSeed[] {
  const random = createRandom(seed, 'services');
  let id = 0;
  return SERVICES.map(([name, ports, risk], i) => {
    id += i < 3 ? 1 : random.between(1, 3);
    const author = i < 3 ? 0 : random.pick(authors);
    return provisioned(String(id), bodyOf(name, ports, risk), author, random, nowMs);
  });
}

function bodyOf(name: string, ports: string, risk: Risk | undefined): JsonObject {
  const common = { name, description: null, description_url: null, process_name: null };
  if (name === 'AD-Dynamic-RPC')
    return {
      ...common,
      windows_services: [
        { service_name: null, process_name: 'C:\\Windows\\System32\\lsass.exe', port: 49152, to_port: 65535, proto: 6 },
      ],
      risk_details: { ransomware: null },
    };
  const [severity, category] = risk ?? [];
  return {
    ...common,
    service_ports: servicePorts(name, ports),
    risk_details: {
      ransomware:
        severity === undefined || category === undefined
          ? null
          : {
              category,
              severity,
              os_platforms: name === 'S-SSH' || name === 'S-FTP' ? ['windows', 'linux'] : ['windows'],
            },
    },
  };
}

function servicePorts(name: string, ports: string): JsonObject[] {
  if (name === 'All Services') return [{ proto: -1 }];
  if (name === 'ICMP Ping') return [1, 58].map((proto) => ({ proto, icmp_type: null, icmp_code: null }));
  return parsePorts(ports).map(({ proto, from, to }) => ({ port: from, ...(to > from ? { to_port: to } : {}), proto }));
}

import type { OsFamily } from './applications.ts';

/** What listens on a port: program, account and Windows service. */
export interface Listener {
  readonly process: string;
  readonly user: string;
  readonly windowsService: string | null;
}

const SYSTEM32 = 'C:\\Windows\\System32\\';

// port → [Windows program, Windows service, Windows account, other systems' program, account]; an empty text: not on that system.
const LISTENERS: Readonly<Record<number, readonly [string, string, string, string, string]>> = {
  21: ['C:\\inetpub\\ftpsvc.exe', 'ftpsvc', 'NT AUTHORITY\\SYSTEM', '/usr/sbin/vsftpd', 'root'],
  22: ['', '', '', '/usr/sbin/sshd', 'root'],
  23: [`${SYSTEM32}tlntsvr.exe`, 'TlntSvr', 'NT AUTHORITY\\LOCAL SERVICE', '/usr/sbin/in.telnetd', 'root'],
  25: [
    'C:\\Exchange\\Bin\\EdgeTransport.exe',
    'MSExchangeTransport',
    'NT AUTHORITY\\NETWORK SERVICE',
    '/usr/lib/postfix/master',
    'root',
  ],
  53: [`${SYSTEM32}dns.exe`, 'DNS', 'NT AUTHORITY\\SYSTEM', '/usr/sbin/named', 'named'],
  80: [`${SYSTEM32}svchost.exe`, 'W3SVC', 'NT AUTHORITY\\SYSTEM', '/usr/sbin/nginx', 'nginx'],
  88: [`${SYSTEM32}lsass.exe`, 'Kdc', 'NT AUTHORITY\\SYSTEM', '/usr/sbin/krb5kdc', 'root'],
  123: [`${SYSTEM32}svchost.exe`, 'W32Time', 'NT AUTHORITY\\LOCAL SERVICE', '/usr/sbin/chronyd', 'chrony'],
  135: [`${SYSTEM32}svchost.exe`, 'RpcSs', 'NT AUTHORITY\\NETWORK SERVICE', '', ''],
  389: [`${SYSTEM32}lsass.exe`, 'NTDS', 'NT AUTHORITY\\SYSTEM', '/usr/sbin/slapd', 'ldap'],
  443: [`${SYSTEM32}svchost.exe`, 'W3SVC', 'NT AUTHORITY\\SYSTEM', '/usr/sbin/nginx', 'nginx'],
  445: ['System', 'LanmanServer', 'NT AUTHORITY\\SYSTEM', '/usr/sbin/smbd', 'root'],
  514: ['', '', '', '/usr/sbin/rsyslogd', 'root'],
  1433: ['C:\\Program Files\\Microsoft SQL Server\\MSSQL15\\sqlservr.exe', 'MSSQLSERVER', 'MRG\\svc-sql', '', ''],
  1500: ['', '', '', '/opt/hsm/bin/hsmd', 'hsm'],
  1521: ['', '', '', '/u01/app/oracle/product/19c/bin/tnslsnr', 'oracle'],
  1556: [
    'C:\\Program Files\\Veritas\\NetBackup\\bin\\pbx_exchange.exe',
    'vxpbx',
    'NT AUTHORITY\\SYSTEM',
    '/opt/VRTSpbx/bin/pbx_exchange',
    'root',
  ],
  2049: [`${SYSTEM32}nfssvc.exe`, 'NfsService', 'NT AUTHORITY\\SYSTEM', '/usr/sbin/rpc.nfsd', 'root'],
  3128: ['', '', '', '/usr/sbin/squid', 'squid'],
  3300: ['', '', '', '/usr/sap/ERP/D00/exe/gwrd', 'erpadm'],
  3306: ['', '', '', '/usr/sbin/mysqld', 'mysql'],
  3389: [`${SYSTEM32}svchost.exe`, 'TermService', 'NT AUTHORITY\\NETWORK SERVICE', '/usr/sbin/xrdp', 'xrdp'],
  5432: ['', '', '', '/usr/lib/postgresql/15/bin/postgres', 'postgres'],
  5666: ['C:\\Program Files\\NSClient++\\nscp.exe', 'nscp', 'NT AUTHORITY\\SYSTEM', '/usr/sbin/nrpe', 'nagios'],
  6379: ['', '', '', '/usr/bin/redis-server', 'redis'],
  6514: ['', '', '', '/usr/sbin/rsyslogd', 'root'],
  8070: ['C:\\hrm\\jre\\bin\\java.exe', 'HrmApp', 'MRG\\svc-hrm', '/opt/ordering/jre/bin/java', 'ordering'],
  8080: ['C:\\tomcat\\bin\\tomcat9.exe', 'Tomcat9', 'MRG\\svc-tomcat', '/usr/bin/java', 'tomcat'],
  8140: ['', '', '', '/opt/puppetlabs/server/bin/puppetserver', 'puppet'],
  8443: ['C:\\tomcat\\bin\\tomcat9.exe', 'Tomcat9', 'MRG\\svc-tomcat', '/usr/bin/java', 'tomcat'],
  8530: [`${SYSTEM32}svchost.exe`, 'WsusService', 'NT AUTHORITY\\NETWORK SERVICE', '', ''],
  9093: ['', '', '', '/opt/kafka/bin/java', 'kafka'],
  9200: ['', '', '', '/usr/share/elasticsearch/jdk/bin/java', 'elasticsearch'],
  9443: ['', '', '', '/opt/api/bin/java', 'apisvc'],
  10050: [
    'C:\\Program Files\\Zabbix Agent\\zabbix_agentd.exe',
    'Zabbix Agent',
    'NT AUTHORITY\\SYSTEM',
    '/usr/sbin/zabbix_agentd',
    'zabbix',
  ],
  30015: ['', '', '', '/usr/sap/HDB/HDB00/exe/hdbindexserver', 'hdbadm'],
  44300: ['', '', '', '/usr/sap/ERP/D00/exe/icman', 'erpadm'],
};

/** The program listening on a port of a system; a plausible one of its own where the table has none. */
export function listenerOn(port: number, os: OsFamily): Listener {
  const known = LISTENERS[port];
  if (os === 'windows') {
    if (known !== undefined && known[0] !== '') return { process: known[0], user: known[2], windowsService: known[1] };
    if (port >= 49152)
      return { process: `${SYSTEM32}lsass.exe`, user: 'NT AUTHORITY\\SYSTEM', windowsService: 'Netlogon' };
    return { process: `${SYSTEM32}svchost.exe`, user: 'NT AUTHORITY\\SYSTEM', windowsService: null };
  }
  if (known !== undefined && known[3] !== '') return { process: known[3], user: known[4], windowsService: null };
  return { process: '/usr/bin/java', user: 'appsvc', windowsService: null };
}

export interface PortSpec {
  readonly proto: number;
  readonly from: number;
  readonly to: number;
}

/** Reads the port lists of the application table: `53b 88 3268-3269 123u`. */
export function parsePorts(text: string): PortSpec[] {
  return text
    .split(' ')
    .filter((part) => part !== '')
    .flatMap((part) => {
      const [from = '', to = from] = part.replace(/[ub]$/, '').split('-');
      const range = { from: Number(from), to: Number(to) };
      const protocols = part.endsWith('b') ? [6, 17] : part.endsWith('u') ? [17] : [6];
      return protocols.map((proto) => ({ proto, ...range }));
    });
}

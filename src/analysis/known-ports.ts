/**
 * Well-known ports: service names of the IANA registry (Service Name and Transport Protocol Port Number Registry, RFC 6335) and the
 * documented default ports of common agents and servers. A port says what usually runs there, never what does.
 */
export type PortRole =
  | 'web'
  | 'database'
  | 'messaging'
  | 'file sharing'
  | 'remote administration'
  | 'directory'
  | 'name service'
  | 'time'
  | 'monitoring'
  | 'logging'
  | 'backup'
  | 'configuration management'
  | 'security agent'
  | 'mail'
  | 'proxy'
  | 'address assignment'
  | 'discovery'
  | 'secrets'
  | 'container platform'
  | 'replication'
  | 'industrial';

export interface KnownPort {
  readonly name: string;
  readonly role: PortRole;
}

/** Roles of services that an estate runs for all applications. */
const INFRASTRUCTURE: ReadonlySet<PortRole> = new Set([
  'remote administration',
  'directory',
  'name service',
  'time',
  'monitoring',
  'logging',
  'backup',
  'configuration management',
  'security agent',
  'mail',
  'proxy',
  'address assignment',
  'discovery',
  'secrets',
]);

export const isInfrastructureRole = (role: PortRole): boolean => INFRASTRUCTURE.has(role);

/** `port/proto port/proto…` → name and role; `t` is tcp, `u` udp, nothing both. */
const TABLE: readonly (readonly [ports: string, name: string, role: PortRole])[] = [
  ['21t 20t', 'FTP', 'file sharing'],
  ['22t', 'SSH', 'remote administration'],
  ['23t', 'Telnet', 'remote administration'],
  ['25t 465t 587t', 'SMTP', 'mail'],
  ['53', 'DNS', 'name service'],
  ['67u 68u 546u 547u', 'DHCP', 'address assignment'],
  ['69u', 'TFTP', 'file sharing'],
  ['80t', 'HTTP', 'web'],
  ['88', 'Kerberos', 'directory'],
  ['110t 995t', 'POP3', 'mail'],
  ['111', 'RPC portmapper', 'file sharing'],
  ['123u', 'NTP', 'time'],
  ['135t', 'RPC endpoint mapper', 'directory'],
  ['137 138u 139t', 'NetBIOS', 'discovery'],
  ['143t 993t', 'IMAP', 'mail'],
  ['161u 162u', 'SNMP', 'monitoring'],
  ['389', 'LDAP', 'directory'],
  ['443', 'HTTPS', 'web'],
  ['445t', 'SMB', 'file sharing'],
  ['464', 'Kerberos password change', 'directory'],
  ['500u 4500u', 'IPsec key exchange', 'security agent'],
  ['502t', 'Modbus', 'industrial'],
  ['514 6514t', 'syslog', 'logging'],
  ['515t 631t 9100t', 'printing', 'file sharing'],
  ['623u', 'IPMI', 'remote administration'],
  ['636t', 'LDAPS', 'directory'],
  ['873t', 'rsync', 'file sharing'],
  ['902t', 'VMware host agent', 'remote administration'],
  ['1080t', 'SOCKS', 'proxy'],
  ['1433t 1434u', 'Microsoft SQL Server', 'database'],
  ['1521t 2484t', 'Oracle', 'database'],
  ['1556t 13724t 13782t 10082t 10102t', 'NetBackup', 'backup'],
  ['1414t', 'IBM MQ', 'messaging'],
  ['1812u 1813u', 'RADIUS', 'directory'],
  ['1858t', 'CyberArk Vault', 'secrets'],
  ['1883t 8883t', 'MQTT', 'messaging'],
  ['1900u', 'SSDP', 'discovery'],
  ['2049', 'NFS', 'file sharing'],
  ['2055u 9995u 9996u', 'NetFlow', 'monitoring'],
  ['2181t', 'ZooKeeper', 'messaging'],
  ['2379t 2380t', 'etcd', 'container platform'],
  ['3128t 8118t', 'web proxy', 'proxy'],
  ['3200t 3300t', 'SAP', 'web'],
  ['3260t', 'iSCSI', 'file sharing'],
  ['3268t 3269t', 'Active Directory global catalogue', 'directory'],
  ['3306t', 'MySQL', 'database'],
  ['3389', 'RDP', 'remote administration'],
  ['3702u', 'WS-Discovery', 'discovery'],
  ['4505t 4506t', 'Salt', 'configuration management'],
  ['5022t', 'SQL Server mirroring', 'replication'],
  ['5044t', 'Logstash Beats', 'logging'],
  ['5060 5061t', 'SIP', 'messaging'],
  ['5353u', 'mDNS', 'discovery'],
  ['5355', 'LLMNR', 'discovery'],
  ['5432t', 'PostgreSQL', 'database'],
  ['5647t', 'Satellite', 'configuration management'],
  ['5666t', 'Nagios NRPE', 'monitoring'],
  ['5667t', 'Nagios NSCA', 'monitoring'],
  ['5671t 5672t', 'AMQP', 'messaging'],
  ['5900t 5901t', 'VNC', 'remote administration'],
  ['5938', 'TeamViewer', 'remote administration'],
  ['5985t 5986t 47001t', 'WinRM', 'remote administration'],
  ['6081u 4789u', 'overlay network', 'container platform'],
  ['6379t', 'Redis', 'database'],
  ['6443t 10250t', 'Kubernetes', 'container platform'],
  ['6556t', 'Checkmk agent', 'monitoring'],
  ['7001t 7002t', 'WebLogic', 'web'],
  ['8000t 8008t 8070t 8080t 8081t 8888t', 'HTTP alternate', 'web'],
  ['8089t', 'Splunk management', 'logging'],
  ['8125u', 'StatsD', 'monitoring'],
  ['8140t', 'Puppet', 'configuration management'],
  ['8200t 8201t', 'Vault', 'secrets'],
  ['8443t 9443t', 'HTTPS alternate', 'web'],
  ['8530t 8531t', 'WSUS', 'configuration management'],
  ['9042t 7000t', 'Cassandra', 'database'],
  ['9090t', 'Prometheus', 'monitoring'],
  ['9092t 9093t', 'Kafka', 'messaging'],
  ['9182t', 'Windows exporter', 'monitoring'],
  ['9200t 9300t', 'Elasticsearch', 'database'],
  ['9418t', 'Git', 'configuration management'],
  ['9997t', 'Splunk forwarding', 'logging'],
  ['10050t 10051t', 'Zabbix', 'monitoring'],
  ['11211', 'Memcached', 'database'],
  ['12489t', 'NSClient++', 'monitoring'],
  ['15671t 15672t', 'RabbitMQ management', 'messaging'],
  ['27017t 27018t', 'MongoDB', 'database'],
  ['30013t 30015t 50013t', 'SAP HANA', 'database'],
  ['44300t', 'SAP HTTPS', 'web'],
  ['50000t', 'Db2 or Jenkins agents', 'database'],
];

const PORTS: ReadonlyMap<string, KnownPort> = new Map(
  TABLE.flatMap(([ports, name, role]) =>
    ports.split(' ').flatMap((port) => {
      const protocols = port.endsWith('t') ? [6] : port.endsWith('u') ? [17] : [6, 17];
      return protocols.map((proto) => [`${Number.parseInt(port, 10)}/${proto}`, { name, role }] as const);
    }),
  ),
);

/** What usually runs on a port (IANA protocol number); null where nothing is known. */
export const knownPort = (port: number, proto: number): KnownPort | null => PORTS.get(`${port}/${proto}`) ?? null;

/** Ports by which an intruder moves from one machine to the next: file sharing and remote control of whole hosts. */
const LATERAL = ['22t', '23t', '135t', '139t', '445t', '3389t', '5900t', '5985t', '5986t', '389t', '636t', '3268t'];
const LATERAL_PORTS: ReadonlySet<string> = new Set(LATERAL.map((port) => `${Number.parseInt(port, 10)}/6`));

export const isLateralPort = (port: number, proto: number): boolean => LATERAL_PORTS.has(`${port}/${proto}`);

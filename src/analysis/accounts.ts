/** An account as an agent reports it, taken apart. */
export interface Account {
  /** Lower case, without the qualifier: what makes two spellings one identity. */
  readonly id: string;
  readonly name: string;
  /** `MRG` of `MRG\alice`, `corp.example` of `alice@corp.example`; null for a local account. */
  readonly qualifier: string | null;
  readonly kind: 'service' | 'interactive';
  readonly classifiedBecause: string;
}

const SERVICE_QUALIFIERS = ['nt authority', 'nt service', 'iis apppool', 'window manager', 'font driver host'];

const DAEMONS: ReadonlySet<string> = new Set(
  (
    'root daemon www-data apache httpd nginx mysql postgres oracle tomcat jenkins nagios zabbix prometheus grafana redis mongodb rabbitmq ' +
    'kafka zookeeper elasticsearch logstash kibana named bind ntp chrony sshd postfix haproxy squid nobody syslog messagebus dbus ' +
    'systemd-network systemd-resolve systemd-timesync polkitd puppet vault consul etcd splunk ldap memcache memcached xrdp hsm ' +
    'local service network service system'
  )
    .split(' ')
    .concat('local service', 'network service'),
);

const SERVICE_NAME = /^(?:svc|sa|srv|sys|service)[-_.]/;

/** Takes `DOMAIN\user`, `user@realm` and plain names apart and tells people from programs (reference-server.md §2.9). */
export function accountOf(seen: string): Account {
  const [, domain, sam] = /^([^\\]+)\\(.+)$/s.exec(seen) ?? [];
  const [, upn, realm] = domain === undefined ? (/^([^@]+)@(.+)$/s.exec(seen) ?? []) : [];
  const name = sam ?? upn ?? seen;
  const qualifier = domain ?? realm ?? null;
  const why = serviceReason(name, qualifier);
  return {
    id: name.toLowerCase(),
    name,
    qualifier,
    kind: why === null ? 'interactive' : 'service',
    classifiedBecause: why ?? 'none of the signs of a service account',
  };
}

function serviceReason(name: string, qualifier: string | null): string | null {
  const plain = name.toLowerCase();
  const domain = qualifier?.toLowerCase();
  if (domain !== undefined && SERVICE_QUALIFIERS.includes(domain))
    return `${qualifier} is a built-in authority of Windows`;
  if (plain.endsWith('$')) return 'a name ending in $ is a machine or managed service account';
  if (DAEMONS.has(plain)) return 'a usual name of a daemon';
  if (SERVICE_NAME.test(plain)) return `the prefix of ${name} marks service accounts`;
  return null;
}

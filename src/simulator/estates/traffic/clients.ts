import { hashOf } from '../../random.ts';
import type { Host } from '../host.ts';

const SYSTEM32 = 'C:\\Windows\\System32\\';

// destination port → [Windows client, its account, other systems' client, its account]
const BY_PORT: Readonly<Record<number, readonly [string, string, string, string]>> = {
  22: ['C:\\Program Files\\PuTTY\\putty.exe', '', '/usr/bin/ssh', 'root'],
  53: [
    `${SYSTEM32}svchost.exe`,
    'NT AUTHORITY\\NETWORK SERVICE',
    '/usr/lib/systemd/systemd-resolved',
    'systemd-resolve',
  ],
  88: [`${SYSTEM32}lsass.exe`, 'NT AUTHORITY\\SYSTEM', '/usr/libexec/sssd/krb5_child', 'root'],
  123: [`${SYSTEM32}svchost.exe`, 'NT AUTHORITY\\LOCAL SERVICE', '/usr/sbin/chronyd', 'chrony'],
  135: [`${SYSTEM32}lsass.exe`, 'NT AUTHORITY\\SYSTEM', '/usr/sbin/winbindd', 'root'],
  389: [`${SYSTEM32}lsass.exe`, 'NT AUTHORITY\\SYSTEM', '/usr/libexec/sssd/sssd_be', 'root'],
  445: ['System', 'NT AUTHORITY\\SYSTEM', '/usr/bin/smbclient', 'root'],
  464: [`${SYSTEM32}lsass.exe`, 'NT AUTHORITY\\SYSTEM', '/usr/libexec/sssd/krb5_child', 'root'],
  514: ['C:\\Program Files\\nxlog\\nxlog.exe', 'NT AUTHORITY\\SYSTEM', '/usr/sbin/rsyslogd', 'root'],
  3389: [`${SYSTEM32}mstsc.exe`, '', '/usr/bin/xfreerdp', 'root'],
  5647: ['', '', '/usr/sbin/qdrouterd', 'root'],
  6514: ['C:\\Program Files\\nxlog\\nxlog.exe', 'NT AUTHORITY\\SYSTEM', '/usr/sbin/rsyslogd', 'root'],
  8140: [
    'C:\\Program Files\\Puppet Labs\\Puppet\\bin\\ruby.exe',
    'NT AUTHORITY\\SYSTEM',
    '/opt/puppetlabs/puppet/bin/puppet',
    'root',
  ],
  8530: [`${SYSTEM32}svchost.exe`, 'NT AUTHORITY\\SYSTEM', '', ''],
};

// role → what it runs to reach others
const BY_ROLE: Readonly<Record<string, readonly [process: string, user: string]>> = {
  poller: ['/usr/sbin/zabbix_server', 'zabbix'],
  media: ['C:\\Program Files\\Veritas\\NetBackup\\bin\\bpbrm.exe', 'NT AUTHORITY\\SYSTEM'],
  scanner: ['C:\\Program Files\\Tenable\\Nessus\\nessusd.exe', 'NT AUTHORITY\\SYSTEM'],
  proxy: ['/usr/sbin/squid', 'squid'],
  lb: ['/usr/sbin/haproxy', 'haproxy'],
  mta: ['C:\\Exchange\\Bin\\EdgeTransport.exe', 'NT AUTHORITY\\NETWORK SERVICE'],
  runner: ['C:\\agent\\bin\\Agent.Worker.exe', 'MRG\\svc-cicd'],
};

const GIVEN = ['anna', 'bjorn', 'carla', 'dmitri', 'elif', 'farid', 'greta', 'hugo', 'ines', 'jakub', 'karin', 'leo'];
const FAMILY = [
  'abend',
  'brandt',
  'costa',
  'duarte',
  'eriks',
  'fischer',
  'gomez',
  'haas',
  'ito',
  'jansen',
  'keller',
  'lopez',
];

/** The person at a desktop: always the same one. */
function personAt(host: Host, seed: number): string {
  const hash = hashOf(seed, 'person', host.index);
  return `MRG\\${GIVEN[hash % GIVEN.length]}.${FAMILY[(hash >>> 8) % FAMILY.length]}${host.index}`;
}

/** The program and account on a host that open a connection to a port; `named` overrides the program. */
export function clientOn(
  host: Host,
  port: number,
  seed: number,
  named: string | null,
): { process: string; user: string } {
  const windows = host.os === 'windows';
  const known = BY_PORT[port >= 49_152 ? 135 : port];
  const role = host.role === null ? undefined : BY_ROLE[host.role];
  if (named !== null) {
    const path =
      host.kind === 'desktop' && named.endsWith('.exe') && !named.includes('\\')
        ? `C:\\Program Files\\${named}`
        : named;
    return { process: path, user: accountOf(host, seed) };
  }
  if (role !== undefined && known === undefined) return { process: role[0], user: role[1] };
  if (known !== undefined) {
    const [process, user] = windows ? [known[0], known[1]] : [known[2], known[3]];
    if (process !== '') return { process, user: user === '' ? accountOf(host, seed) : user };
  }
  const app = host.spec ?? 'app';
  const program = host.role ?? 'service';
  return {
    process: windows ? `C:\\${app}\\bin\\${program}.exe` : `/opt/${app}/bin/${program}`,
    user: accountOf(host, seed),
  };
}

function accountOf(host: Host, seed: number): string {
  if (host.kind === 'desktop') return personAt(host, seed);
  const app = host.spec ?? 'local';
  return host.os === 'windows' ? `MRG\\svc-${app}` : app.replaceAll('-', '');
}

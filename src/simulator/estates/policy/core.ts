import type { Landscape } from '../landscape.ts';
import { allow, type PolicyContext, type RuleSetDraft, ruleSet } from './draft.ts';

type CoreRule = readonly [providers: string, consumers: string, service: string];

// Infrastructure rules: ruleset, the application it is about, rules. They hold for every application and environment.
const CORE: readonly (readonly [name: string, app: string, rules: readonly CoreRule[]])[] = [
  [
    'Active Directory',
    'ad-core',
    [
      ['role=dc & app=ad-core', 'ams', 'DNS'],
      ['role=dc & app=ad-core', 'ams', 'LDAP-Kerberos-Suite'],
      ['role=dc & app=ad-core', 'ams', 'S-RPC'],
      ['role=dc & app=ad-core', 'ams', 'S-SMB'],
      ['role=dc & app=ad-core', 'ams', 'AD-Dynamic-RPC'],
      ['role=dc & app=ad-core', 'role=dc & app=ad-core', '9389'],
      ['role=adcs & app=ad-core', 'os=win & env=prod', 'HTTPS'],
    ],
  ],
  ['DNS and DHCP', 'dns-dhcp', [['role=resolver & app=dns-dhcp', 'ams', 'DNS']]],
  ['NTP', 'ntp', [['role=ntp & app=ntp', 'ams', 'NTP']]],
  [
    'SIEM',
    'siem',
    [
      ['role=forwarder & app=siem', 'ams', 'SYSLOG'],
      ['role=indexer & app=siem', 'role=forwarder & app=siem', 'SPLUNK-FWD'],
      ['role=indexer & app=siem', 'role=search & app=siem', '8089'],
      ['role=search & app=siem', 'iplist:DC-Mgmt', '8000'],
    ],
  ],
  ['EDR', 'edr-relay', [['role=relay & app=edr-relay', 'ams', 'HTTPS']]],
  [
    'Patching',
    'patching',
    [
      ['role=wsus & app=patching', 'os=win', '8530-8531'],
      ['role=satellite & app=patching', 'os=rhel', 'HTTPS;5647'],
    ],
  ],
  ['Config Management', 'config-mgmt', [['role=puppet & app=config-mgmt', 'ams', '8140']]],
  ['Vulnerability Scan', 'vulnscan', [['ams', 'role=scanner & app=vulnscan', 'All Services']]],
  [
    'Jump',
    'jump',
    [
      ['os=win', 'role=rdp-jump & app=jump', 'S-RDP'],
      ['os=rhel & os=ubuntu & os=aix & os=sles', 'role=ssh-jump & app=jump', 'S-SSH'],
      ['role=rdp-jump & app=jump', 'iplist:Corp-Users-VDI', 'S-RDP'],
      ['role=ssh-jump & app=jump', 'iplist:Corp-Users-VDI', 'S-SSH'],
      ['role=pam-vault & app=jump', 'role=rdp-jump & role=ssh-jump & app=jump', '1858'],
    ],
  ],
  ['Web Proxy', 'web-proxy', [['iplist:Any (0.0.0.0/0 and ::/0)', 'role=proxy & app=web-proxy', 'HTTPS']]],
  ['PKI and Vault', 'pki-vault', [['role=ca & app=pki-vault', 'group:all-infra', '80']]],
  ['SMTP', 'smtp-relay', [['iplist:SaaS-M365', 'role=mta & app=smtp-relay', 'SMTP']]],
  ['File Services', 'file-services', [['role=filer & app=file-services', 'role=app & app=sap-erp', 'NFS']]],
  ['Monitoring', 'monitoring', [['role=server & app=monitoring', 'role=poller & app=monitoring', '10051']]],
  [
    'Backup',
    'backup',
    [
      ['role=media & app=backup', 'role=master & app=backup', 'NETBACKUP'],
      ['role=repo & app=backup', 'role=media & app=backup', 'NFS'],
    ],
  ],
];

/** The `CORE` rulesets of the infrastructure an estate has, by application. */
export function coreRuleSets(context: PolicyContext, { apps }: Landscape): Map<string, RuleSetDraft> {
  const sets = new Map<string, RuleSetDraft>();
  for (const [name, app, rules] of CORE) {
    if (!apps.has(app)) continue;
    const set = ruleSet(context, `CORE | ${name}`);
    for (const [providers, consumers, service] of rules)
      if (exists(context, providers) && exists(context, consumers)) allow(context, set, providers, consumers, service);
    sets.set(app, set);
  }
  return sets;
}

/** False where an actor text names a label a smaller estate does not have. */
export const exists = (context: PolicyContext, actors: string): boolean =>
  actors.split(' & ').every((text) => !/^\w+=/.test(text) || context.labels.has(text));

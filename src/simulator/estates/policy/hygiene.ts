import { RETIRED_ROLES } from '../labels.ts';
import type { PlacedEdge } from '../landscape.ts';
import { allow, deny, type PolicyContext, type RuleSetDraft } from './draft.ts';
import { WIDE_LIST } from './ip-lists.ts';
import { ORDERING_RULESET, serviceFor } from './names.ts';

/**
 * Plants what a policy review must find (users.md §5.7, P3, P8, P9, P21): rules nobody uses, copies, rules inside wider ones, denies that
 * an allow defeats, rules about labels nothing carries, rules far wider than their use, and disabled ones.
 */
export function plantRules(context: PolicyContext, sets: readonly RuleSetDraft[], edges: readonly PlacedEdge[]): void {
  const named = (name: string): RuleSetDraft => {
    const set = sets.find((each) => each.name === name || each.name.startsWith(`${name} | 2`));
    if (set === undefined) throw new RangeError(`no ruleset ${name}`);
    return set;
  };
  plantUnused(context, named);
  plantRedundant(context, named, edges);
  plantCopies(context, sets);
  plantIneffectiveDenies(context, named);
  plantWide(context, named);
  plantDisabled(context, named);
}

type Named = (name: string) => RuleSetDraft;

/** Ports no planted or ordinary traffic uses. */
const DEAD_PORT = 7_100;

// ruleset, role on the providing side, role on the consuming side, how many rules.
const UNUSED: readonly (readonly [string, string, string, number])[] = [
  [ORDERING_RULESET, 'role=processing', 'role=web', 5],
  ['APP | ecommerce | prod', 'role=web', 'role=search', 5],
  ['APP | sap-erp | prod', 'role=app', 'role=webdisp', 4],
  ['APP | finance-rpt | prod', 'role=app', 'role=db', 3],
  ['APP | crm | prod', 'role=app', 'role=web', 5],
  ['APP | shared-mssql | prod', 'role=db', 'role=db', 4],
  ['APP | shared-oracle | prod', 'role=rac', 'role=rac', 4],
  ['APP | payments | prod', 'role=web', 'role=batch', 4],
  ['APP | cicd | shared', 'role=runner', 'role=jenkins', 5],
  ['CORE | File Services', 'role=print & app=file-services', 'role=filer & app=file-services', 5],
  ['CORE | PKI and Vault', 'role=vault & app=pki-vault', 'role=ca & app=pki-vault', 4],
  ['CORE | Backup', 'role=repo & app=backup', 'role=master & app=backup', 1],
];

/** 61 rules without traffic in 12 rulesets: 49 forgotten, 4 for year-end and disaster recovery, 2 of the lateral path, 6 without members. */
function plantUnused(context: PolicyContext, named: Named): void {
  let port = DEAD_PORT;
  for (const [name, providers, consumers, count] of UNUSED)
    for (let i = 0; i < count; i++) allow(context, named(name), providers, consumers, String(port++), { tags: ['P8'] });
  const rare = (name: string, providers: string, consumers: string, description: string): void =>
    allow(context, named(name), providers, consumers, String(port++), { description, tags: ['P8', 'rare'] });
  rare('APP | sap-erp | prod', 'role=app', 'role=app', 'year-end closing, runs in January only');
  rare('APP | finance-rpt | prod', 'role=app', 'role=app', 'year-end statements, runs in January only');
  rare('APP | shared-mssql | prod', 'role=db', 'role=db', 'disaster recovery test, once a year');
  rare('CORE | Backup', 'role=media & app=backup', 'role=repo & app=backup', 'DR restore, break-glass');
  // Permitted and never seen: the far half of the path from the desktops to the card data (P3).
  allow(
    context,
    named('APP | shared-oracle | prod'),
    'role=rac',
    'role=app & app=legacy-billing & env=prod',
    'ORACLE-TNS',
    {
      extra: true,
      tags: ['P8', 'P3'],
    },
  );
  allow(context, named('APP | payments | prod'), 'role=db', 'role=rac & app=shared-oracle & env=prod', 'ORACLE-TNS', {
    extra: true,
    tags: ['P8', 'P3'],
  });
  const homes = ['CORE | File Services', 'CORE | PKI and Vault', 'CORE | Backup'];
  RETIRED_ROLES.forEach((role, i) =>
    allow(context, named(homes[i % homes.length] ?? ''), `role=${role}`, 'ams', '1414', { tags: ['P8', 'irrelevant'] }),
  );
}

/** 14 explicit rules for connections that the ringfence around them permits already. */
function plantRedundant(context: PolicyContext, named: Named, edges: readonly PlacedEdge[]): void {
  let left = 14;
  for (const { edge, copy, from, to } of edges) {
    if (left === 0 || copy !== '' || edge.open || typeof from === 'string' || typeof to === 'string') continue;
    if (from.app !== to.app || from.env !== to.env) continue;
    const name = `RF | ${to.app} | ${to.env}`;
    if (!RINGFENCE_NAMES.has(name)) continue;
    left--;
    allow(context, named(name), `role=${to.role}`, `role=${from.role}`, serviceFor(edge.ports), {
      tags: ['redundant'],
    });
  }
}

const RINGFENCE_NAMES = new Set([
  'RF | tokenizer | prod',
  'RF | swift-zone | prod',
  'RF | treasury | prod',
  'RF | pos-gw | prod',
  'RF | hrm | prod',
  'RF | ordering | staging',
  'RF | payments | staging',
]);

/** 9 literal copies of rules in use, each beside its original. */
function plantCopies(context: PolicyContext, sets: readonly RuleSetDraft[]): void {
  const candidates = context.notes.filter(
    (note) => note.kind === 'allow' && note.enabled && note.tags.length === 0 && note.ruleSet.startsWith('APP | '),
  );
  for (const note of context.random.sample(candidates, 9)) {
    const set = sets.find((each) => each.name === note.ruleSet);
    const original = set?.rules.find((rule) => rule['id'] === note.id);
    if (set === undefined || original === undefined) continue;
    const id = context.nextRuleId++;
    set.rules.push({ ...original, id });
    context.notes.push({ ...note, id, tags: ['duplicate'] });
  }
}

/** 3 denies that change nothing, because an allow rule for the very same connections beats them. */
function plantIneffectiveDenies(context: PolicyContext, named: Named): void {
  const tags = ['ineffective'];
  deny(context, named('APP | crm | prod'), 'role=app', 'role=web', 'HTTP-ALT-8080', { tags });
  deny(context, named('APP | ecommerce | prod'), 'role=web', 'role=lb', 'HTTP-ALT-8080', { tags });
  deny(context, named('CORE | Active Directory'), 'role=dc & app=ad-core', 'ams', 'LDAP-Kerberos-Suite', { tags });
}

/** Rules far wider than their use; with the one of planted issue P2 they are 8. */
function plantWide(context: PolicyContext, named: Named): void {
  const wide = (
    name: string,
    providers: string,
    consumers: string,
    service: string,
    tags: readonly string[] = [],
  ): void => allow(context, named(name), providers, consumers, service, { extra: true, tags: ['over-grant', ...tags] });
  wide('APP | shared-mssql | prod', 'role=db', `iplist:${WIDE_LIST}`, 'MSSQL', ['P21']);
  wide('APP | sap-erp | prod', 'ams', 'iplist:RFC1918', '50013');
  wide('APP | ecommerce | prod', 'ams', 'bu=it', '9100');
  wide('APP | cicd | shared', 'ams', 'env=prod', '8081');
  wide('APP | k8s-retail | prod', 'ams', 'bu=it & bu=retail', '30443');
  wide('APP | mq-bus | prod', 'ams', 'env=prod', '1414');
  wide('APP | vdi | prod', 'role=desktop', 'bu=it', '4172');
}

/** 21 disabled allow rules (one of them stands in `Default`) and 2 disabled denies. */
function plantDisabled(context: PolicyContext, named: Named): void {
  const off = { enabled: false, tags: ['disabled'] };
  const temporary = ['TMP | CHG-4310', 'TMP | CHG-4471', 'TMP | CHG-4502'].map((prefix) => named(prefix));
  const [expired, current, future] = temporary;
  if (!expired || !current || !future) return;
  for (let i = 0; i < 6; i++)
    allow(context, expired, 'role=db & env=prod', 'app=cicd & env=shared', `${15_000 + i}`, off);
  allow(context, future, 'role=filer & app=file-services', 'bu=finance & env=prod', 'S-SMB', off);
  allow(context, future, 'role=filer & app=file-services', 'bu=hr & env=prod', 'S-SMB', off);
  allow(context, current, 'role=app & app=sap-bw & env=prod', 'role=app & app=treasury & env=prod', 'SAP-DIAG-RFC');
  for (const name of ['RF | hrm | prod', 'RF | treasury | prod'])
    deny(context, named(name), 'ams', 'iplist:Stores-APAC', 'S-SMB', { ...off, extra: true });
  const homes = [
    'APP | crm | prod',
    'APP | wms | prod',
    'APP | sap-bw | prod',
    'APP | vdi | prod',
    'CORE | Patching',
    'CORE | SIEM',
  ];
  for (let i = 0; i < 12; i++)
    allow(context, named(homes[i % homes.length] ?? ''), 'env=prod', 'env=prod', `${16_000 + i}`, {
      ...off,
      description: 'migrated, to be removed',
    });
}

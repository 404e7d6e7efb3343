/**
 * Who talks to whom among the business applications (users.md §5.3): source, destination, ports, volume class 1–5 (about 2, 10, 50, 250
 * and 1,000 connections a day). An end is `app:role`, `app:role@env`, or `@something` outside the applications. Both ends are in the same
 * environment unless one names its own. Policy and traffic are made from the same rows: an edge marked `open` has no rule of its own.
 */

export type Cadence =
  | 'always'
  | 'business'
  | 'nightly'
  | 'daily'
  | 'sunday'
  | 'month-end'
  | 'new'
  | 'once'
  | 'gone'
  | 'beacon';

export interface Edge {
  readonly from: string;
  readonly to: string;
  readonly ports: string;
  readonly volume: 1 | 2 | 3 | 4 | 5;
  readonly cadence: Cadence;
  readonly open: boolean;
  /** The program that connects, where it says more than the default. */
  readonly client: string | null;
  /** At most so many peers for each source. */
  readonly fan: number;
}

type Options = Partial<Pick<Edge, 'cadence' | 'open' | 'client' | 'fan'>>;

const edge = (from: string, to: string, ports: string, volume: Edge['volume'], options: Options = {}): Edge => ({
  from,
  to,
  ports,
  volume,
  cadence: 'always',
  open: false,
  client: null,
  fan: 3,
  ...options,
});

const OPEN = { open: true } as const;
const OFFICE = { cadence: 'business' } as const;

export const EDGES: readonly Edge[] = [
  // shop
  edge('@internet', 'ecommerce:lb', '443', 5, { fan: 60 }),
  edge('ecommerce:lb', 'ecommerce:web', '8080', 5, { fan: 8 }),
  edge('ecommerce:web', 'ecommerce:cache', '6379', 5),
  edge('ecommerce:web', 'ecommerce:search', '9200', 4),
  edge('ecommerce:web', 'ecommerce:db', '3306', 5),
  edge('ecommerce:web', 'ordering:lb', '443', 4, { fan: 2 }),
  edge('ecommerce:web', 'payments:lb', '443', 4, { fan: 2 }),
  edge('ecommerce:web', 'smtp-relay:mta', '587', 2, { fan: 1 }),
  edge('ecommerce:web', 'k8s-retail:ingress', '443', 3, { fan: 1 }),
  // ordering
  edge('ordering:lb', 'ordering:web', '8080', 5, { fan: 4 }),
  edge('ordering:web', 'ordering:processing', '8070', 5, { fan: 6 }),
  edge('ordering:processing', 'ordering:db', '5432', 5),
  edge('ordering:processing', 'mq-bus:broker', '9093', 4),
  edge('ordering:processing', 'payments:api', '9443', 3, { fan: 2 }),
  edge('ordering:processing', 'wms:web', '443', 3, { fan: 1 }),
  edge('ordering:processing', 'sap-erp:app', '8000', 3, { fan: 2 }),
  edge('ordering:processing@dev', 'ordering:db@prod', '5432', 2, { cadence: 'business', fan: 1 }),
  // payments
  edge('@internet', 'payments:lb', '443', 4, { fan: 25 }),
  edge('@partner', 'payments:lb', '443', 2, { fan: 2 }),
  edge('payments:lb', 'payments:web', '8443', 5, { fan: 4 }),
  edge('payments:web', 'payments:api', '9443', 5),
  edge('payments:api', 'payments:db', '1521', 5),
  edge('payments:api', 'tokenizer:api', '9443', 4),
  edge('payments:api', 'payments:hsm', '1500', 4, { fan: 2 }),
  edge('payments:api', 'mq-bus:broker', '9093', 3, { fan: 2 }),
  edge('payments:api', 'pki-vault:vault', '8200', 2, { fan: 1 }),
  edge('payments:batch', 'payments:db', '1521', 2, { cadence: 'nightly' }),
  edge('payments:batch', 'sap-erp:app', '44300', 2, { cadence: 'month-end', fan: 2 }),
  edge('payments:batch@prod', 'swift-zone:gateway@prod', '443', 2, { cadence: 'month-end', fan: 1 }),
  edge('payments:web', '@internet', '443', 2, { fan: 4 }),
  edge('tokenizer:api', 'tokenizer:db', '5432', 4),
  edge('tokenizer:api', 'pki-vault:vault', '8200', 2, { fan: 1 }),
  // stores
  edge('@terminals', 'pos-gw:gw', '8443', 4, { fan: 2 }),
  edge('pos-gw:gw', 'payments:api', '9443', 4, { fan: 2 }),
  edge('pos-gw:gw', 'pos-gw:db', '1433', 4, { fan: 2 }),
  edge('@terminals', 'file-services:filer', '445', 2, { ...OPEN, fan: 1 }),
  // logistics and people
  edge('@handhelds', 'wms:web', '443', 3, { ...OFFICE, fan: 1 }),
  edge('wms:web', 'wms:app', '8080', 4, { fan: 4 }),
  edge('wms:app', 'shared-oracle:rac', '1521', 4, { fan: 2 }),
  edge('wms:app', 'sap-erp:app', '3300', 3, { fan: 2 }),
  edge('hrm:web', 'hrm:app', '8070', 3, OFFICE),
  edge('hrm:app', 'hrm:db', '3306', 3, { ...OFFICE, fan: 2 }),
  edge('hrm:app', 'sap-erp:app', '8000', 2, { cadence: 'daily', fan: 1 }),
  edge('hrm:app', 'smtp-relay:mta', '25', 1, { ...OFFICE, fan: 1 }),
  edge('bms-ot:controller', 'bms-ot:hist', '1433', 3, { ...OPEN, fan: 1 }),
  edge('bms-ot:hist', 'bms-ot:controller', '502', 2, { ...OPEN, fan: 12 }),
  // finance
  edge('sap-erp:webdisp', 'sap-erp:app', '44300', 4, { fan: 10 }),
  edge('sap-erp:app', 'sap-erp:app', '3200 3300', 3, { fan: 2 }),
  edge('sap-erp:app', 'sap-erp:hana', '30015', 5, { fan: 2 }),
  edge('sap-erp:hana@prod', 'sap-erp:hana@dr', '40001-40002', 4, { ...OPEN, fan: 1 }),
  edge('sap-bw:app', 'sap-erp:app', '3300', 4, { cadence: 'nightly' }),
  edge('sap-bw:app', 'sap-bw:hana', '30015', 4, { cadence: 'nightly' }),
  edge('finance-rpt:app', 'sap-bw:app', '3200', 2, { ...OFFICE, fan: 2 }),
  edge('finance-rpt:app', 'finance-rpt:db', '1433', 3, OFFICE),
  edge('treasury:app', 'treasury:db', '1521', 3, OFFICE),
  edge('treasury:app', 'swift-zone:alliance', '48002', 2, { ...OFFICE, fan: 2 }),
  edge('treasury:app', 'shared-oracle:rac', '1521', 2, { ...OFFICE, fan: 2 }),
  edge('swift-zone:operator', 'swift-zone:alliance', '48003', 2, OFFICE),
  edge('swift-zone:gateway', 'swift-zone:alliance', '48002', 3),
  edge('swift-zone:jump', 'swift-zone:operator', '3389', 1, OFFICE),
  edge('swift-zone:alliance', 'swift-zone:hsm', '1500', 3, { fan: 2 }),
  edge('crm:web', 'crm:app', '8080', 4, OFFICE),
  edge('crm:app', 'shared-mssql:db', '1433', 4, { ...OFFICE, fan: 2 }),
  edge('legacy-billing:app', 'legacy-billing:db', '1521', 3, { ...OFFICE, ...OPEN }),
  edge('sap-erp:app@prod', 'legacy-billing:app@prod', '21', 2, { cadence: 'nightly', ...OPEN, fan: 1 }),
  edge('vdi:desktop', 'legacy-billing:app', '23', 1, { ...OFFICE, ...OPEN, fan: 1 }),
  // the interface that was switched off last week
  edge('crm:app@prod', 'legacy-billing:app@prod', '8081', 2, { cadence: 'gone', ...OPEN, fan: 1 }),
  edge('file-services:filer', 'legacy-billing:app', '445', 2, { fan: 1 }),
  // platform
  edge('k8s-retail:worker', 'payments:api', '9443', 3, { client: '/app/loyalty-api', fan: 1 }),
  edge('k8s-retail:worker', 'k8s-retail:worker', '30432', 3, { client: '/app/loyalty-api', fan: 2 }),
  edge('k8s-retail:worker', 'k8s-retail:control', '6443', 4, { client: '/usr/bin/kubelet', fan: 2 }),
  edge('k8s-retail:control', 'k8s-retail:worker', '10250', 4, { client: '/usr/local/bin/kube-apiserver', fan: 6 }),
  edge('k8s-retail:control', 'k8s-retail:control', '2379', 4, { client: '/usr/local/bin/etcd', fan: 2 }),
  edge('k8s-retail:ingress', 'k8s-retail:worker', '30080', 4, { fan: 8 }),
  edge('cicd:runner', 'k8s-retail:control@prod', '6443', 2, { ...OFFICE, fan: 2 }),
  edge('cicd:runner', 'cicd:artifactory', '8082', 3, { ...OFFICE, fan: 2 }),
  edge('cicd:runner', 'cicd:gitlab', '443', 3, { ...OFFICE, fan: 2 }),
  edge('cicd:runner', 'cicd:jenkins', '50000', 3, { ...OFFICE, fan: 2 }),
  edge('cicd:runner', 'payments:db@prod', '1521', 2, {
    cadence: 'new',
    ...OPEN,
    client: 'C:\\agent\\bin\\Agent.Worker.exe',
    fan: 1,
  }),
  edge('mq-bus:broker', 'mq-bus:zk', '2181', 3, { fan: 2 }),
  edge('mq-bus:broker', 'mq-bus:broker', '9092', 3, { fan: 2 }),
  edge('shared-mssql:db', 'shared-mssql:db', '5022', 3, { fan: 1 }),
  // desktops
  edge('@internet', 'vdi:gateway', '443', 3, { ...OFFICE, fan: 20 }),
  edge('vdi:gateway', 'vdi:broker', '443', 3, OFFICE),
  edge('vdi:gateway', 'vdi:desktop', '22443', 2, { ...OFFICE, fan: 30 }),
  edge('vdi:desktop', 'web-proxy:proxy', '3128', 4, { ...OFFICE, client: 'chrome.exe', fan: 1 }),
  edge('vdi:desktop', 'file-services:filer', '445', 3, { ...OFFICE, client: 'System', fan: 1 }),
  edge('vdi:desktop', 'crm:web', '443', 3, { ...OFFICE, client: 'chrome.exe', fan: 1 }),
  edge('vdi:desktop', 'hrm:web', '443', 2, { ...OFFICE, client: 'msedge.exe', fan: 1 }),
  edge('vdi:desktop', 'sap-erp:webdisp', '443', 3, { ...OFFICE, client: 'saplogon.exe', fan: 1 }),
  edge('vdi:desktop', 'file-services:print', '9100', 1, { ...OFFICE, client: 'spoolsv.exe', fan: 1 }),
  edge('@users', 'crm:web', '443', 2, { ...OFFICE, fan: 20 }),
  edge('@users', 'hrm:web', '443', 2, { ...OFFICE, ...OPEN, fan: 20 }),
  edge('@users', 'wms:web', '443', 2, { ...OFFICE, fan: 15 }),
  edge('@users', 'sap-erp:webdisp', '443', 2, { ...OFFICE, fan: 30 }),
  edge('@users', 'sap-erp:app@prod', '22', 1, { ...OFFICE, ...OPEN, fan: 6 }),
];

/** One application serves the whole estate: it is in the same place for every environment. */
const EVERYWHERE = 'prod';

export interface EdgeEnd {
  readonly app: string;
  readonly role: string;
  readonly env: string | null;
}

/** Reads `app:role@env`; null for an end outside the applications. */
export function readEnd(text: string): EdgeEnd | null {
  const match = /^([^@:]+):([^@]+)(?:@(.+))?$/.exec(text);
  return match === null ? null : { app: match[1] ?? '', role: match[2] ?? '', env: match[3] ?? null };
}

/** Where a consumer of one environment finds an application: beside it, else in the nearest environment that has it. */
export function nearestEnv(env: string, available: readonly string[]): string | null {
  const order =
    env === 'prod' || env === 'shared' || env === 'dr' ? [env, EVERYWHERE, 'shared'] : [env, 'staging', 'test', 'dev'];
  return order.find((each) => available.includes(each)) ?? (available[0] === 'shared' ? 'shared' : null);
}

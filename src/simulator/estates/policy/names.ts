/** Which ruleset holds the rules for an application in an environment (users.md §5.6). `RF` rulesets open everything inside. */

export const RINGFENCED = [
  'tokenizer/prod',
  'swift-zone/prod',
  'swift-zone/dr',
  'treasury/prod',
  'pos-gw/prod',
  'hrm/prod',
  'ordering/staging',
  'payments/staging',
  'sap-erp/dr',
] as const;

export const APP_RULESETS = [
  'payments/prod',
  'tokenizer/staging',
  'ecommerce/prod',
  'ecommerce/staging',
  'ordering/test',
  'ordering/dev',
  'hrm/test',
  'sap-erp/prod',
  'sap-bw/prod',
  'finance-rpt/prod',
  'crm/prod',
  'wms/prod',
  'wms/test',
  'shared-mssql/prod',
  'shared-oracle/prod',
  'mq-bus/prod',
  'vdi/prod',
  'cicd/shared',
  'k8s-retail/prod',
  'legacy-billing/prod',
] as const;

/** The two legacy styles: a ruleset named by hand, and the retired one over the console's limit of 500 rules (planted issue P28). */
export const ORDERING_RULESET = 'Ordering-Prod-RS1';
export const RETIRED_RULESET = 'zz_old_billing';
export const RDP_RULESET = 'Windows-Admin-Access';

/** Names of services by port, where the estate has one. */
const SERVICE_BY_PORT: Readonly<Record<string, string>> = {
  '25': 'SMTP',
  '443': 'HTTPS',
  '445': 'S-SMB',
  '587': 'SMTP',
  '1433': 'MSSQL',
  '1521': 'ORACLE-TNS',
  '3200': 'SAP-DIAG-RFC',
  '3200 3300': 'SAP-DIAG-RFC',
  '3300': 'SAP-DIAG-RFC',
  '3306': 'MYSQL',
  '3389': 'S-RDP',
  '5432': 'POSTGRES',
  '8070': 'ORDERING-8070',
  '8080': 'HTTP-ALT-8080',
  '9092': 'KAFKA-TLS',
  '9093': 'KAFKA-TLS',
  '30015': 'HANA',
};

/** The service text of a rule for an edge's ports. */
export const serviceFor = (ports: string): string => SERVICE_BY_PORT[ports] ?? ports.replaceAll(' ', ';');

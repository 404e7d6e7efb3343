import type { TestId } from './tests.ts';

export interface Control {
  readonly id: string;
  readonly title: string;
  /** All must pass; none: the PCE cannot tell. */
  readonly tests: readonly TestId[];
}

export interface Framework {
  readonly title: string;
  readonly resource: string;
  readonly controls: readonly Control[];
}

const control = (id: string, title: string, ...tests: readonly TestId[]): Control => ({ id, title, tests });

/** Which requirements can be tested from PCE data, and by what (users.md §4.9). */
export const FRAMEWORKS = {
  'pci-dss': {
    title: 'PCI DSS 4.0.1',
    resource: 'pci-dss',
    controls: [
      control('1.2.1', 'Ruleset standards are defined', 'T8'),
      control('1.2.2', 'Changes are approved and managed', 'T9'),
      control('1.2.3', 'Network diagram is accurate', 'T10'),
      control('1.2.4', 'Data-flow diagram is accurate', 'T10'),
      control('1.2.5', 'Services, protocols and ports have a business need', 'T8'),
      control('1.2.6', 'Insecure services are mitigated', 'T5'),
      control('1.2.7', 'Rules are reviewed every six months', 'T8'),
      control('1.2.8', 'Configurations are secured and consistent', 'T9'),
      control('1.3.1', 'Inbound traffic to the CDE is restricted', 'T2', 'T4'),
      control('1.3.2', 'Outbound traffic from the CDE is restricted', 'T3'),
      control('1.4.1', 'Controls stand between trusted and untrusted networks', 'T14'),
      control('1.4.2', 'Inbound from untrusted networks is restricted', 'T14'),
      control('1.4.4', 'Stored card data is not reachable from untrusted networks', 'T14'),
      control('2.2.4', 'Only necessary services are enabled'),
      control('2.2.5', 'Insecure services are justified', 'T5'),
      control('6.5.3', 'Pre-production is separated from production', 'T6'),
      control('10.2.1', 'Audit logs are enabled', 'T9'),
      control('11.4.5', 'Segmentation is tested yearly'),
      control('11.4.6', 'Segmentation is tested every six months (service providers)'),
      control('12.5.2', 'Scope is confirmed yearly', 'T1', 'T13'),
    ],
  },
  nist: {
    title: 'NIST SP 800-53 r5',
    resource: 'nist-800-53',
    controls: [
      control('AC-3', 'Access Enforcement', 'T2'),
      control('AC-4', 'Information Flow Enforcement', 'T2', 'T3'),
      control('AC-4(21)', 'Physical or Logical Separation', 'T6'),
      control('AC-6', 'Least Privilege', 'T4'),
      control('AC-17(3)', 'Managed Access Control Points', 'T7'),
      control('AU-12', 'Audit Record Generation', 'T9'),
      control('CA-3', 'Information Exchange', 'T10'),
      control('CA-9', 'Internal System Connections', 'T10'),
      control('CM-3', 'Configuration Change Control', 'T9'),
      control('CM-7', 'Least Functionality', 'T5'),
      control('CM-7(1)', 'Periodic Review', 'T8'),
      control('CM-8', 'System Component Inventory', 'T1'),
      control('IR-4', 'Incident Handling', 'T12'),
      control('SC-7', 'Boundary Protection', 'T2'),
      control('SC-7(3)', 'Access Points', 'T14'),
      control('SC-7(4)', 'External Telecommunications Services', 'T14'),
      control('SC-7(5)', 'Deny by Default, Allow by Exception', 'T2', 'T4'),
      control('SC-7(9)', 'Restrict Threatening Outgoing Traffic', 'T3'),
      control('SC-7(10)', 'Prevent Exfiltration', 'T3'),
      control('SC-7(11)', 'Restrict Incoming Traffic', 'T2'),
      control('SC-7(12)', 'Host-based Protection', 'T2'),
      control('SC-7(20)', 'Dynamic Isolation', 'T12'),
      control('SC-7(21)', 'Isolation of System Components', 'T6'),
      control('SC-7(29)', 'Separate Subnets to Isolate Functions'),
      control('SI-4(4)', 'Inbound and Outbound Communications Traffic', 'T11'),
    ],
  },
  cis: {
    title: 'CIS Controls v8.1',
    resource: 'cis-controls',
    controls: [
      control('1.1', 'Asset inventory', 'T1'),
      control('3.12', 'Segment data processing by sensitivity', 'T2'),
      control('4.4', 'Firewall on servers', 'T2'),
      control('4.5', 'Firewall on end-user devices', 'T2'),
      control('4.8', 'Disable unnecessary services', 'T5'),
      control('8.2', 'Collect audit logs', 'T9'),
      control('12.2', 'Secure network architecture', 'T2'),
      control('12.4', 'Architecture diagrams', 'T10'),
      control('12.8', 'Dedicated administration computing', 'T7'),
      control('13.3', 'Network intrusion detection'),
      control('13.4', 'Filter traffic between segments', 'T2', 'T3'),
      control('13.5', 'Manage remote access to assets', 'T7'),
      control('13.6', 'Collect network traffic flow logs', 'T11'),
      control('13.9', 'Port-level access control'),
      control('16.8', 'Separate production and non-production', 'T6'),
    ],
  },
  'swift-csp': {
    title: 'SWIFT CSCF v2025',
    resource: 'swift-csp',
    controls: [
      control('1.1', 'Swift environment protection', 'T2', 'T3', 'T7'),
      control('1.2', 'Operating system privileged account control', 'T7'),
      control('1.4', 'Restriction of internet access', 'T14', 'T3'),
      control('1.5', 'Customer environment protection', 'T2'),
      control('2.1', 'Internal data flow security', 'T2'),
      control('2.3', 'System hardening', 'T5'),
      control('2.4A', 'Back-office data flow security (advisory)', 'T2'),
      control('2.6', 'Operator session confidentiality and integrity', 'T7'),
      control('6.4', 'Logging and monitoring', 'T9', 'T11'),
      control('6.5A', 'Intrusion detection (advisory)'),
    ],
  },
  general: {
    title: 'General segmentation',
    resource: 'segmentation-methodology',
    controls: [
      control('SEG-1', 'Segmentation: inbound is denied by default', 'T2', 'T4'),
      control('SEG-2', 'Production is separated', 'T6'),
      control('SEG-3', 'No insecure services', 'T5'),
      control('SEG-4', 'Flows are known and logged', 'T10', 'T11'),
      control('SEG-5', 'Every host is labelled', 'T1'),
      control('SEG-6', 'Administration through jump hosts', 'T7'),
      control('SEG-7', 'Outbound and internet exposure are limited', 'T3', 'T14'),
      control('SEG-8', 'Isolation can be triggered', 'T12'),
    ],
  },
  'iso-27001': {
    title: 'ISO/IEC 27001:2022 Annex A',
    resource: 'iso-27001',
    controls: [
      control('A.5.9', 'Inventory of information and assets', 'T1'),
      control('A.5.15', 'Access control', 'T2'),
      control('A.8.9', 'Configuration management', 'T9'),
      control('A.8.12', 'Data leakage prevention', 'T3'),
      control('A.8.15', 'Logging', 'T9'),
      control('A.8.16', 'Monitoring activities', 'T11'),
      control('A.8.20', 'Networks security', 'T2', 'T14'),
      control('A.8.21', 'Security of network services', 'T8'),
      control('A.8.22', 'Segregation of networks', 'T2', 'T6'),
      control('A.8.31', 'Separation of development, test and production', 'T6'),
      control('A.8.32', 'Change management', 'T9'),
    ],
  },
  dora: {
    title: 'DORA and RTS 2024/1774',
    resource: 'dora',
    controls: [
      control('Art. 8', 'Identification of assets and dependencies', 'T10'),
      control('Art. 9(4)(b)', 'Connections can be severed or segmented at once', 'T12'),
      control('Art. 9(4)(c)', 'Access is limited', 'T2'),
      control('Art. 9(4)(e)', 'Change management', 'T9'),
      control('RTS 13(a)', 'Segregation and segmentation by criticality', 'T2', 'T6'),
      control('RTS 13(b)', 'Connections and data flows are documented', 'T10'),
      control('RTS 13(c)', 'Separate administration network', 'T7'),
      control('RTS 13(d)', 'Network access controls', 'T13'),
      control('RTS 13(g)', 'Traffic to and from the internet', 'T14'),
      control('RTS 13(h)', 'Firewall rules: roles and review', 'T8'),
      control('RTS 13(i)', 'Yearly review of the architecture'),
      control('RTS 13(j)', 'Temporary isolation of subnets', 'T12'),
    ],
  },
  hipaa: {
    title: 'HIPAA Security Rule (with the NPRM of January 2025)',
    resource: 'hipaa',
    controls: [
      control('164.308(a)(1)(ii)(D)', 'Information system activity review', 'T9'),
      control('164.308(a)(4)', 'Information access management', 'T2'),
      control('164.312(a)(1)', 'Access control', 'T2'),
      control('164.312(b)', 'Audit controls', 'T9'),
      control('164.312(e)(1)', 'Transmission security'),
      control('NPRM map', 'Asset inventory and network map (proposed)', 'T10'),
      control('NPRM 164.312(a)(2)(vi)', 'Network segmentation (proposed)', 'T2'),
    ],
  },
} as const satisfies Record<string, Framework>;

export type FrameworkName = keyof typeof FRAMEWORKS;

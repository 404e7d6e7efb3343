import type { JsonObject } from '../../core/json.ts';
import { hrefOf } from '../lifecycle/body.ts';
import { lastSegment } from '../objects/wire.ts';

export const DETECTIONS = 'detected_vulnerabilities';
export const VULNERABILITIES = 'vulnerabilities';

export const vulnerabilityHref = (orgId: number, id: string): string => `/orgs/${orgId}/vulnerabilities/${id}`;

/** One finding is one vulnerability on one port of one workload, whoever reports it and how often. */
export const detectionId = ({ workload, vulnerability, ip_address: ip, port, proto }: JsonObject): string =>
  JSON.stringify([lastSegment(hrefOf(workload) ?? ''), lastSegment(hrefOf(vulnerability) ?? ''), ip, port, proto]);

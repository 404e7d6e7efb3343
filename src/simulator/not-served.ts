/**
 * Calls of the published OpenAPI index that the simulated PCE does not answer, each with the reason. A test holds this table against the
 * index: what is in neither is forgotten, what is in both is a mistake.
 */
export const NOT_SERVED: readonly (readonly [call: string, reason: string])[] = [
  ...['GET /orgs/{org_id}/core_service_types', 'GET /orgs/{org_id}/core_service_types/{core_service_type_id}'].map(
    (call) => [call, 'the types a PCE comes with, and the ports each is known by, are not published'] as const,
  ),
  ['PUT /orgs/{org_id}/core_service_types/{core_service_type_id}', 'there are no types to change'],
  ...[
    'GET /orgs/{org_id}/detected_core_services',
    'GET /orgs/{org_id}/detected_core_services/{detected_core_service_id}',
    'PUT /orgs/{org_id}/detected_core_services/{detected_core_service_id}',
    'GET /orgs/{org_id}/detected_core_services_summary',
  ].map((call) => [call, 'how a PCE detects core services is not published'] as const),
  [
    'GET /orgs/{org_id}/network_enforcement_nodes/virtual_server_discovery_jobs/{job_uuid}',
    'no published call starts such a job',
  ],
  [
    'PUT /orgs/{org_id}/sec_policy/{pversion}/ip_lists/bulk_upload',
    'the published schema says only that the body is a list; its columns are not published',
  ],
  [
    'POST /orgs/{org_id}/reports/risk_summary/ransomware_timeseries_statistics',
    'an estate keeps no history of its risk',
  ],
  ['POST /orgs/{org_id}/reports/time_series_statistics', 'an estate keeps no history of its risk'],
];

/**
 * What the simulated PCE does where the fact sheets say UNVERIFIED: one constant per choice, with the section that leaves it open and
 * recommends this. Choices that are a way of doing things rather than a value:
 * - filters and the uniqueness of labels ignore case, names of policy objects do not (objects.md §4.1, §5.1): `http/query.ts`,
 *   `objects/label-store.ts`, `lifecycle/policy-routes.ts`;
 * - editing an object back to its active content leaves `update_type` at `update` (§14.7): `lifecycle/policy-store.ts`;
 * - references to active objects are taken and rewritten to draft ones (§8.3): `lifecycle/body.ts`;
 * - reads of version n carry n in their hrefs (§14.8): `lifecycle/policy-wire.ts`;
 * - a key limited to labels sees the workloads and VENs of its scope and all policy, and writes rule sets and workloads of its scope
 *   only (§2.3): `auth/scope.ts`, `objects/rule-sets.ts`;
 * - any password of a known user opens a session until one is set (§2.2): `auth/login.ts`;
 * - what each role may write, beyond the two that are described (§2.3): `auth/roles.ts`;
 * - a rule search finds rules that have all actors and services asked for (§10.7): `lifecycle/rule-search.ts`;
 * - an estate beyond an object limit has room for as much again (traffic.md §13.4): `limits/limits.ts`;
 * - a member of a supercluster refuses policy and labels, nothing else (§2.5): `http/kernel.ts`;
 * - the clock of a state file goes on while no process serves it: `state/open.ts`;
 * - versions of an estate's past show the objects that existed then with the content of today, which is all an estate keeps (§10.4):
 *   `lifecycle/seed.ts`;
 * - unpairing, `set_labels` and `remove_labels` do all or nothing (§6.6, §6.7): `objects/vens.ts`, `objects/workload-bulk.ts`.
 *
 * Of containers, virtual objects, VENs and vulnerabilities:
 * - a service binding is in force at once, and one that is deleted still counts for the traffic of its time: `objects/service-bindings.ts`;
 * - a virtual server's address is open where a rule names it; labels never pick one (§11.2): `lifecycle/policy-source.ts`;
 * - user groups, pairing profiles, load balancers and namespaces that are in use or built in cannot be deleted; a cluster can, with all in it;
 * - clusters in CLAS mode report Kubernetes workloads, the others container workloads, which are workloads to the policy engine;
 * - a VEN has the version of an upgrade five minutes after it was asked for, if it is online: `vens/upgrading.ts`;
 * - `vens/facets?facet=` counts VENs by each property of `vens/statistics`, `vens/autocomplete?key=&query=` finds the values that begin so;
 *   both take the filters of `GET vens` (traffic.md §9.1): `vens/search-helpers.ts`;
 * - exposure scores follow the open formula of users.md §4.6, under the active policy: `vulnerabilities/exposure.ts`;
 * - the ransomware risk of an app group is the mean percent and the worst severity of its workloads, a port counts as protected where
 *   `risk_details` says so, and the organisation's is null, as while a PCE computes, above `riskSummaryKinds`: `vulnerabilities/risk-summary.ts`;
 * - all reports are CSV; of explorer, vulnerability and ransomware reports the hrefs of the templates and, but for explorer's, the columns are
 *   ours (traffic.md §11), and reports that are laid-out documents are refused: `reports/templates.ts`;
 * - `bulk_import` answers with counts and the lines it could not carry out: `objects/workload-import.ts`.
 *
 * Of traffic (traffic.md), in `traffic/`:
 * - an empty side is any, in `or` queries too (§2.5), so `or` with one empty side is everything;
 * - `exclude_workloads_from_ip_list_query` concerns includes only (§2.7): an excluded list removes every address in it;
 * - a process or Windows service name of a filter is compared whole (§2.5);
 * - `matches_count` counts the daily rows of the traffic database, before aggregation, limits and RBAC (§2.3);
 * - `ip_lists` stand on addresses that are no workload, with draft hrefs, read from the active policy (§4.1 and the published schema);
 * - `delete traffic flows`, whose limits are published (§13.1), is no published call: deleting one query's result is not meant, and has no
 *   quota of its own;
 * - byte columns of the CSV are plain integers, Managed is True or False (§4.3);
 * - `update_rules` computes every row, whatever its offset and limit (§2.9).
 */
export const CHOICES = {
  /** objects.md §14.1: bodies of 401, 403, 404 and 405. */
  unauthorized: ['authentication_failed', 'Authentication failed'],
  forbidden: ['forbidden_error', 'Forbidden'],
  notFound: ['not_found_error', 'Not found'],
  methodNotAllowed: ['method_not_allowed_error', 'Not allowed'],
  tooManyRequests: ['too_many_requests_error', 'Too many requests'],
  malformedBody: ['invalid_json_error', 'The request body is not valid JSON'],
  /** traffic.md §16.1: jobs finish within one or two polls, and clients sleep for `Retry-After`. */
  jobRetryAfterSeconds: 1,
  /** traffic.md §16.1: a job this large is still `running` at its first poll; a smaller one is already `done`. */
  jobRowsDoneAtFirstPoll: 5000,
  /** objects.md §4.2, traffic.md §16.1: `X-Total-Count` is unfiltered, `X-Matched-Count` filtered. */
  totalCountIsUnfiltered: true,
  /** objects.md §14.5: a commit must bring along referenced objects that have no active copy, and nothing else. */
  commitNeedsUpdatedDependencies: false,
  /** objects.md §14.8: order of `GET sec_policy`. */
  versionsNewestFirst: true,
  /** objects.md §14.13: after unpairing, the workload answers only with `include_deleted`. */
  unpairDeletesWorkload: true,
  /** objects.md §14.23: `PUT rule_sets` with `rules` replaces the whole list. */
  rulesInPutReplace: true,
  /** objects.md §14.24: writing to any version but the draft. */
  writeToActiveStatus: 405,
  /** objects.md §6.2: modes of an unmanaged workload nobody gave one. */
  unmanagedMode: 'visibility_only',
  unmanagedVisibility: 'flow_summary',
  /** objects.md §2.2: status of `login_users/authenticate`; traffic.md §1.2 says 201, which wins. */
  authenticateStatus: 201,
  /** objects.md §2.2. */
  sessionMinutes: 10,
  authTokenSeconds: 30,
  /** objects.md §14.19 and traffic.md §8.3: status of `/supercluster/leader`. */
  leaderStatus: 200,
  /** A policy or label change reaches traffic at the next full minute after it (VENs apply policy at a heartbeat), so no past row changes. */
  epochMs: 60_000,
  /** traffic.md §2.4: what an absent `max_results` of a traffic query means; the SDK's own default. */
  trafficMaxResults: 100_000,
  /** traffic.md §2.2: results stay for a day, then the href answers 404. */
  trafficResultLifeMs: 24 * 3_600_000,
  /** traffic.md §16.1: a cancelled query is `cancel_requested` for a while, then gone. */
  trafficCancelledLifeMs: 60_000,
  /** traffic.md §12.3: beyond so many kinds of workloads the risk of the whole organisation is not computed. */
  riskSummaryKinds: 400,
  /** traffic.md §9.1: how many values `vens/autocomplete` offers when nobody says how many. */
  autocompleteMatches: 25,
} as const;

/** objects.md §13: tokens nobody has seen. Clients do not read them; the prefix says whose they are. */
export const SIMULATOR_TOKENS = {
  unknownKey: ['simulator_label_key_unknown', 'Label key does not exist'],
  reservedValue: ['simulator_label_value_reserved', 'Label value is reserved'],
  labelReferenced: ['simulator_label_referenced', 'Label is used by a profile or label mapping rule'],
  mappingPattern: ['simulator_label_mapping_pattern', 'The pattern is not one the PCE runs'],
  unknownLabel: ['simulator_label_unknown', 'Label does not exist'],
  interfaceTaken: ['simulator_interface_exists', 'The workload has an interface of that name'],
  labelKeyOnce: ['simulator_label_key_not_unique', 'Only one label of each key is allowed'],
  dimensionInUse: ['simulator_label_dimension_in_use', 'Label dimension is in use'],
  dimensionExists: ['simulator_label_dimension_not_unique', 'Label dimension key must be unique'],
  groupReferenced: ['simulator_label_group_referenced', 'Label group is referenced'],
  virtualServiceReferenced: ['simulator_virtual_service_referenced', 'Virtual service is referenced'],
  virtualServerReferenced: ['simulator_virtual_server_referenced', 'Virtual server is referenced'],
  discoveredClaimed: ['simulator_discovered_virtual_server_claimed', 'Another virtual server manages it'],
  slbInUse: ['simulator_slb_in_use', 'A virtual server manages an address of the load balancer'],
  profileLabelKey: ['simulator_profile_label_key_mismatch', 'The label is not of the key it is assigned to'],
  profileLinked: ['simulator_profile_linked', 'The namespace of the profile exists'],
  groupKey: ['simulator_label_group_key_mismatch', 'Members of a label group must have its key'],
  groupCycle: ['simulator_label_group_cycle', 'A label group must not contain itself'],
  builtIn: ['simulator_built_in_object', 'Built-in objects cannot be changed'],
  boundaryName: ['simulator_enforcement_boundary_name_in_use', 'Enforcement boundary name must be unique'],
  notClosed: ['simulator_change_subset_not_closed', 'The change subset does not constitute a dependency closure'],
  nothingPending: ['simulator_nothing_to_provision', 'There are no pending changes to provision'],
  notPending: ['simulator_not_pending', 'The object has no pending changes'],
  pendingDrafts: ['simulator_draft_changes_present', 'Draft changes must be provisioned or reverted first'],
  externalReference: [
    'simulator_external_reference_not_unique',
    'External data set and reference must be unique together',
  ],
  accessRestrictionInUse: ['simulator_access_restriction_in_use', 'Access restriction is in use'],
  templateDisabled: ['simulator_report_template_disabled', 'The report template is disabled'],
  templateNotMade: ['simulator_report_not_made', 'The simulator does not make laid-out documents'],
  reportDone: ['simulator_report_done', 'The report is done'],
  coverageEnd: ['simulator_coverage_end', 'An edge is between workloads, IP lists or labels'],
  memberReadsOnly: ['simulator_member_read_only', 'Policy is written on the leader of the supercluster'],
  tooManyFlows: ['simulator_too_many_flows', 'At most 1000 flows can be uploaded at once'],
  tooManyReports: ['simulator_too_many_reports', 'Too many reports are queued'],
  lastOwner: ['simulator_last_owner', 'An organisation needs an owner'],
  userExists: ['simulator_user_exists', 'User already exists'],
  wrongPassword: ['simulator_password_wrong', 'The current password is wrong'],
  noPayload: ['simulator_no_payload', 'No payload provided for PUT request'],
  pairingDisabled: ['simulator_pairing_profile_disabled', 'The pairing profile is not enabled'],
  sidTaken: ['simulator_sid_not_unique', 'SID must be unique'],
  securityPrincipalReferenced: ['simulator_security_principal_referenced', 'Security principal is used by a rule'],
  virtualServiceNotActive: ['simulator_virtual_service_not_active', 'The virtual service must be provisioned first'],
  venNotActive: ['simulator_ven_not_active', 'Only active VENs can be upgraded'],
  venNotUpgradable: ['simulator_ven_not_upgradable', 'The PCE does not upgrade VENs of this kind'],
  venDowngrade: ['simulator_ven_downgrade', 'The VEN runs a newer release'],
  unknownRelease: ['simulator_unknown_release', 'The release is not in the library'],
  releaseAbovePce: ['simulator_release_above_pce', 'The release is newer than the PCE'],
  defaultRelease: ['simulator_default_release', 'A default release cannot be removed'],
  suspended: ['simulator_ven_suspended', 'A suspended VEN cannot be unpaired'],
  ipRange: ['simulator_ip_range_invalid', 'Invalid IP range'],
  servicePorts: ['simulator_service_ports_invalid', 'A service has either service_ports or windows_services'],
  portRange: ['simulator_port_range_invalid', 'to_port must be greater than port'],
  actorSelector: ['simulator_actor_invalid', 'Each actor must name exactly one kind of object'],
  actorExclusion: ['simulator_actor_exclusion', 'Only labels and label groups can be excluded'],
  ruleFlags: ['simulator_rule_flags', 'Only one of sec_connect, stateless and machine_auth can be set'],
  emptyServices: ['simulator_ingress_services_empty', 'ingress_services must not be empty'],
} as const satisfies Record<string, readonly [token: string, message: string]>;

/**
 * Every failure the project can name, as one closed catalogue: the public message when nothing better is known and the remedy a
 * person or a model can act on. Codes of the reference server keep their spelling.
 */
export const FAILURES = {
  // configuration and connection
  not_configured: [
    'No PCE is configured.',
    'Set PCE_HOST, PCE_PORT, PCE_ORG_ID, API_KEY and API_SECRET, or start with --demo.',
  ],
  invalid_configuration: ['The configuration is not valid.', 'Correct the settings listed and start again.'],
  pce_unreachable: [
    'The PCE could not be reached.',
    'Check PCE_HOST, PCE_PORT, the network and any proxy; `illumio-mcp doctor` names the failing step.',
  ],
  pce_tls: ['The TLS connection to the PCE failed.', 'Give the CA certificate in PCE_CA_FILE.'],
  pce_unauthorized: [
    'The PCE did not accept the API key.',
    'Check API_KEY and API_SECRET; the key may have been deleted or expired.',
  ],
  pce_forbidden: [
    'The PCE refused this for the API key in use.',
    'Use a key with the permission, or the right PCE_ORG_ID.',
  ],
  pce_not_found: ['The PCE has no such object.', 'List the objects first; the href may be stale.'],
  pce_rejected: ['The PCE refused the request.', 'Correct what the message names.'],
  pce_rate_limited: ['The PCE is limiting requests.', 'Wait as long as retry_after_seconds says, then ask again.'],
  pce_unavailable: ['The PCE answered with a server error.', 'Try again; if it lasts, look at the health of the PCE.'],
  pce_bad_answer: [
    'The PCE sent an answer that could not be read completely.',
    'Try again; nothing partial has been used.',
  ],
  timeout: ['The PCE did not answer in time.', 'Narrow the question (shorter window, one application) or try again.'],
  cancelled: ['The call was cancelled.', 'Ask again when ready.'],
  // arguments and names
  invalid_arguments: ['The arguments are not valid.', 'See the example of a correct call.'],
  unknown_task: ['There is no such task, or its time is over.', 'Call the tool again.'],
  unknown_tool: ['There is no such tool.', 'List the tools.'],
  not_found: ['Nothing has exactly that name.', 'Use one of the candidates, or list the objects.'],
  ambiguous_name: ['More than one object fits that name.', 'Use the href of the one you mean.'],
  label_not_found: ['There is no such label.', 'Use one of the candidates, or get-labels.'],
  unresolved_label_filter: [
    'A filter names something that does not exist; nothing was sent.',
    'Use one of the candidates.',
  ],
  invalid_expression: [
    'The label expression could not be read.',
    'Write terms like app=ordering env=prod|staging role!=db.',
  ],
  invalid_href: ['That is not a valid href.', 'Use an href exactly as an answer gave it.'],
  invalid_window: [
    'The time window is not valid.',
    'Give start_date before end_date, as YYYY-MM-DD or RFC 3339 with a zone.',
  ],
  unknown_group_by: ['A group_by dimension does not exist.', 'Use one of the dimensions listed.'],
  invalid_cursor: ['The cursor is not valid for this call.', 'Repeat the call without a cursor.'],
  expired_cursor: ['The cursor has expired.', 'Repeat the call without a cursor.'],
  conflicting_service_definition: [
    'A service has ports, Windows services or Windows egress services, not several of them.',
    'Give one of service_ports, windows_services, windows_egress_services.',
  ],
  empty_service: [
    'A service needs at least one entry.',
    'Give one of service_ports, windows_services, windows_egress_services.',
  ],
  egress_service_in_ingress: [
    'A Windows egress service cannot stand in ingress_services.',
    'Put it in egress_services, or use a port service.',
  ],
  process_qualified_deny_unsupported: [
    'A deny rule cannot hold for one process only: it would deny the port to all.',
    'Use ports or a service without processes.',
  ],
  // authority
  forbidden_no_role: ['No role is assigned to you.', 'Ask the operator to map one of your groups to a role.'],
  forbidden: ['Your role does not allow this.', 'Ask someone with one of the allowed roles.'],
  insufficient_scope: ['missing required scope', 'Sign in again and grant the scope the challenge names.'],
  invalid_token: ['invalid token', 'Sign in again.'],
  keys_unavailable: [
    'The signing keys of the identity provider cannot be fetched, so no token can be verified.',
    'Try again in a minute; the operator finds the reason in the log.',
  ],
  no_pce_credentials: [
    'You have not registered a PCE key.',
    'Register one on the /setup page or with register-pce-credentials.',
  ],
  credentials_unreadable: [
    'Your PCE key is stored but cannot be opened.',
    'Register it again; the operator can see in the log which key-encryption key it needs.',
  ],
  no_own_keys: [
    'This server keeps no PCE keys of its callers.',
    'Nothing is to be registered: it uses its own PCE key.',
  ],
  credentials_refused: ['The PCE key was not stored.', 'Correct what the message names and register again.'],
  pce_host_refused: [
    'PCE keys may not be sent to that host.',
    'Use the host name of your PCE; the operator lists allowed ones in MCP_ALLOWED_PCE_HOSTS.',
  ],
  confirm_required: [
    'This call must be confirmed.',
    'POST the params_hash to /confirm and repeat the call with the token.',
  ],
  invalid_confirm_token: [
    'The confirmation does not fit this call.',
    'Confirm this very call and repeat it with the new token.',
  ],
  confirm_token_replay: ['That confirmation has been used already.', 'Confirm the call again.'],
  server_misconfigured: ['The server cannot confirm calls.', 'Ask the operator to set MCP_CONFIRM_HMAC_KEY.'],
  audit_unavailable: [
    'The audit record cannot be written, so nothing is changed.',
    'Try again later; reading still works. Tell the operator.',
  ],
  read_only: ['The server is in read-only mode.', 'Nothing can be changed while MCP_READ_ONLY is set.'],
  // changes
  change_failed: ['The change failed and was taken back.', 'Mend what the cause names, then make the plan again.'],
  change_incomplete: [
    'The change failed and a part of it stands.',
    'Look at the steps; undo-change with the plan_id takes back what can be.',
  ],
  already_exists: ['It exists already.', 'Use the one that exists, or another name.'],
  in_use: ['It is still in use.', 'Remove it from the places listed first, and provision that.'],
  managed_workload: ['The workload has a VEN, which this cannot be done to.', 'Do it on the host or to its VEN.'],
  nothing_to_change: [
    'It is like that already; nothing would change.',
    'Look at the object; leave it, or name what should differ.',
  ],
  conflict: ['The object changed since it was read; nothing was sent.', 'Read it again and decide anew.'],
  provisioned_otherwise: [
    'The new policy version differs from what was previewed.',
    'Look at the objects named; apply-plan with the rollback plan goes back to the version before.',
  ],
  too_many_changes: [
    'More would change than max_changes allows; nothing was sent.',
    'Narrow it, or look at a dry run and raise max_changes.',
  ],
  // defects
  internal: ['An unexpected error occurred.', 'Report it with the request id; the log has the details.'],
} as const satisfies Record<string, readonly [message: string, remedy: string]>;

export type FailureCode = keyof typeof FAILURES;

export interface FailureOptions {
  /** What the caller is told; without it, the catalogue's message. Must hold no secret. */
  readonly message?: string | undefined;
  /** What the caller can do; without it, the catalogue's remedy. */
  readonly remedy?: string | undefined;
  /** Public facts beside the message: candidates, an example, seconds to wait. */
  readonly data?: Readonly<Record<string, unknown>> | undefined;
  /** A page of this server that a person has to look at. Shown as it is: only this server makes it, never from data. */
  readonly approvalUrl?: string | undefined;
  /** For the log only: PCE tokens, request ids, paths. Never answered. */
  readonly detail?: Readonly<Record<string, unknown>> | undefined;
  readonly cause?: unknown;
}

/** A failure with a code of the catalogue. Everything that can be expected to go wrong at an edge is thrown as this. */
export class Failure extends Error {
  override readonly name = 'Failure';
  readonly code: FailureCode;
  readonly remedy: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly approvalUrl: string | undefined;
  readonly detail: Readonly<Record<string, unknown>>;

  constructor(code: FailureCode, { message, remedy, data = {}, approvalUrl, detail = {}, cause }: FailureOptions = {}) {
    super(message ?? FAILURES[code][0], cause === undefined ? undefined : { cause });
    this.code = code;
    this.remedy = remedy ?? FAILURES[code][1];
    this.data = data;
    this.approvalUrl = approvalUrl;
    this.detail = detail;
  }
}

/** `error` as a Failure: itself, `cancelled` for an abort, else `internal` with the original as cause. */
export function asFailure(error: unknown): Failure {
  if (error instanceof Failure) return error;
  if (error instanceof Error && error.name === 'AbortError') return new Failure('cancelled', { cause: error });
  return new Failure('internal', { cause: error });
}

/**
 * Every fault the doctor can name, with what to do about it. A closed catalogue like that of the failures: scripts and the troubleshooting
 * page go by the codes.
 */
export const FAULTS = {
  // configuration
  config_invalid: 'Correct the settings listed; `illumio-mcp config` shows those in force and where they come from.',
  config_incomplete: 'Set what is missing in the environment or in .env, or start with --demo.',
  config_warning: 'Correct the names, or remove them.',
  secrets_readable: 'Let only yourself read it: chmod 600 .env',
  tls_not_verified: 'Set PCE_CA_FILE and remove PCE_TLS_VERIFY=false.',
  quota_above_limit:
    'A PCE takes 500 requests a minute of one key; set PCE_REQUESTS_PER_MINUTE below that and leave some to others.',
  // files
  ca_file_unreadable: 'Check PCE_CA_FILE: the path, and that this user may read it.',
  ca_file_invalid: 'PCE_CA_FILE must hold certificates in PEM form (-----BEGIN CERTIFICATE-----).',
  client_certificate_unreadable:
    'Check PCE_CLIENT_CERT_FILE and PCE_CLIENT_KEY_FILE: both are needed, in PEM form, and this user must be able to read them.',
  client_certificate_mismatch:
    'PCE_CLIENT_KEY_FILE must be the private key of the certificate in PCE_CLIENT_CERT_FILE.',
  state_folder_unwritable:
    'Plans and their undo end with the server. Give a folder that can be written in MCP_STATE_DIR.',
  log_file_unwritable: 'Log lines go to stderr only. Give a file that can be written in MCP_LOG_FILE.',
  // the way there
  proxy_unreachable: 'Check HTTPS_PROXY: host, port, and that the proxy runs.',
  proxy_unauthorized: 'Give the user and password of the proxy in HTTPS_PROXY (http://user:password@host:port).',
  proxy_refused: 'The proxy must allow CONNECT to the PCE; or name the PCE in NO_PROXY.',
  name_unknown: 'Check PCE_HOST, the DNS servers and any VPN.',
  port_closed: 'Nothing listens there: check PCE_PORT. A PCE on premises is on 8443, SaaS on 443.',
  no_route: 'Check PCE_HOST, PCE_PORT, the network, any VPN, firewalls, and whether a proxy (HTTPS_PROXY) is needed.',
  // TLS
  tls_not_spoken: 'Something other than TLS answers there: check PCE_PORT.',
  tls_too_old:
    'The other side offers only versions of TLS that are no longer accepted: check PCE_HOST and what is in between.',
  tls_broken_off: 'Something on the way ends the connection during the greeting: check firewalls and TLS inspection.',
  certificate_untrusted: 'Give the CA certificate of the PCE in PCE_CA_FILE.',
  certificate_name: 'Use a name in the certificate as PCE_HOST.',
  certificate_expired: 'Renew the certificate of the PCE, or check the clock of this machine.',
  certificate_not_yet: 'Check the clock of this machine and the certificate of the PCE.',
  certificate_expires_soon: 'Renew the certificate of the PCE.',
  client_certificate_required: 'Give a client certificate in PCE_CLIENT_CERT_FILE and PCE_CLIENT_KEY_FILE.',
  tls_failed: 'Check PCE_HOST, PCE_PORT and PCE_CA_FILE.',
  // the PCE
  not_a_pce: 'Something other than the API of a PCE answers there: check PCE_HOST and PCE_PORT.',
  redirected: 'Redirects are never followed with a key: give the final host in PCE_HOST.',
  key_rejected: 'Check API_KEY and API_SECRET; the key may have been deleted or expired.',
  org_refused: 'Check PCE_ORG_ID, and that the key belongs to that organisation.',
  permission_missing: 'Give the user or service account of the key a role that may read this, or do without it.',
  key_only_reads: 'Give the key a role that may write, or set MCP_READ_ONLY=true so that nothing else is offered.',
  quota_exhausted: 'Something uses up the quota of this key: wait a minute, and give every program a key of its own.',
  pce_failing: 'Look at the health page of the PCE and at what stands before it; try again.',
  pce_unhealthy: 'Look at the health page of the PCE.',
  pce_slow: 'Look at the load of the PCE and at the way there; answers will be slow too.',
  pce_silent: 'The PCE takes the request and does not answer: look at its health.',
  answer_broken_off: 'Something on the way cuts answers: check proxies and firewalls.',
  version_unsupported: 'Tested from PCE 21.2 on; upgrade the PCE, or expect fields to be missing.',
  clock_off: 'Set the clock of this machine (NTP): time windows are counted on it and decided on the PCE’s.',
  unexpected: 'Run again with MCP_LOG_LEVEL=debug and report what it says.',
} as const satisfies Readonly<Record<string, string>>;

export type FaultCode = keyof typeof FAULTS;

/** What clients of the authorization framework are told about this server (RFC 9728). */
export interface ProtectedResource {
  /** The one identifier, as the operator spelled the public URL. */
  readonly resource: string;
  readonly issuer: string;
  readonly scope: string;
}

const WELL_KNOWN = '/.well-known/oauth-protected-resource';

/** The document, the same wherever it is asked for. */
export const resourceDocument = ({ resource, issuer, scope }: ProtectedResource) => ({
  resource,
  authorization_servers: [issuer],
  bearer_methods_supported: ['header'],
  scopes_supported: [scope],
});

/** At the root, where the reference server has it, and with the path of the resource put in, where RFC 9728 §3.1 has it. */
export const documentPaths = ({ resource }: ProtectedResource): readonly string[] => [
  ...new Set([WELL_KNOWN, `${WELL_KNOWN}/mcp`, documentPath(resource)]),
];

const documentPath = (resource: string): string => `${WELL_KNOWN}${new URL(resource).pathname.replace(/\/$/, '')}`;

/** A `WWW-Authenticate` header (RFC 6750 §3, RFC 9728 §5.1). Without an error where nothing was presented. */
export function challenge(protectedResource: ProtectedResource, error?: string, description?: string): string {
  const { resource, scope } = protectedResource;
  const parameters = [
    error === undefined ? [] : ['error', error],
    description === undefined ? [] : ['error_description', description],
    ['scope', scope],
    ['resource_metadata', new URL(documentPath(resource), resource).href],
  ];
  const written = parameters.flatMap(([name, value]) =>
    name === undefined || value === undefined ? [] : [`${name}="${value.replace(/[^\u0020-\u007e]|["\\]/g, "'")}"`],
  );
  return `Bearer ${written.join(', ')}`;
}

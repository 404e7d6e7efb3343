/** Access tokens as four identity providers issue them: header and claims as documented, with made-up tenants and people. */
export interface ProviderToken {
  readonly name: string;
  readonly issuer: string;
  readonly audience: string;
  readonly header: Readonly<Record<string, unknown>>;
  /** Without times, which are those of the test. */
  readonly claims: Readonly<Record<string, unknown>>;
  /** Times the provider puts in besides `iat` and `exp`. */
  readonly times: readonly ('nbf' | 'auth_time')[];
  readonly groups: readonly string[];
  readonly clientId: string;
  /** Where its signing keys are, as its discovery document says. */
  readonly jwksUrl: string;
  /** What stands for parts of this tenant in the recipe for it. */
  readonly placeholders: Readonly<Record<string, string>>;
}

/** What a token of it says when it is issued at a time, in seconds. */
export const claimsAt = (
  { issuer, claims, times }: ProviderToken,
  nowSeconds: number,
): Readonly<Record<string, unknown>> => ({
  iss: issuer,
  iat: nowSeconds - 10,
  exp: nowSeconds + 3_600,
  ...Object.fromEntries(times.map((name) => [name, nowSeconds - 10])),
  ...claims,
});

const KID = 'JDNa_4i4r7FgigL3sHIlI3xV-IU';
const TENANT = '3aa4a235-b6e2-48d5-9195-7fcf05b459b0';
const APP = '6e74172b-be56-4843-9ff4-e66a39bb12e3';
const CLIENT = '9b2c5c0e-31d3-4f6b-9f0f-0b9d5a2f6f11';
const GROUPS = ['f2a0e0b4-7c2e-4b35-8a86-1b6f6d4a9f10', '0d5d9c60-6f4e-4c7f-9d55-8e3f3a0a4a72'];

export const PROVIDERS: readonly ProviderToken[] = [
  {
    name: 'Entra ID v2',
    issuer: `https://login.microsoftonline.com/${TENANT}/v2.0`,
    audience: APP,
    header: { typ: 'JWT', alg: 'RS256', kid: KID },
    claims: {
      aud: APP,
      aio: 'AXQAi/8TAAAAHw7qfZ0bV5r1',
      azp: CLIENT,
      azpacr: '0',
      groups: GROUPS,
      name: 'Jane Doe',
      oid: 'a1c3a2f6-3a57-4d0f-8ed2-6b4f0a6f1b11',
      preferred_username: 'jane@example.com',
      rh: '0.AXkANaKkOuK21UiRlX_PBbRZsCsXdG5Wv',
      scp: 'illumio-mcp.use',
      sid: '0f4f3c6e-6f27-4f0f-8c7e-2a8a3fbf2a10',
      sub: 'o5kZ0J1T8mQxk7mY2dF0mI2J0r4c4xkq1uZ7i3bq9aU',
      tid: TENANT,
      uti: 'Kx3n1bZ2cEuWcM0t1JcSAA',
      ver: '2.0',
    },
    times: ['nbf'],
    groups: GROUPS,
    clientId: CLIENT,
    jwksUrl: `https://login.microsoftonline.com/${TENANT}/discovery/v2.0/keys`,
    placeholders: { 'TENANT-ID': TENANT, 'APP-ID': APP, 'OBJECT-ID-OF-THE-GROUP': String(GROUPS[0]) },
  },
  {
    name: 'Entra ID v1',
    issuer: `https://sts.windows.net/${TENANT}/`,
    audience: `api://${APP}`,
    header: { typ: 'JWT', alg: 'RS256', x5t: KID, kid: KID },
    claims: {
      aud: `api://${APP}`,
      acr: '1',
      aio: 'ATQAy/8TAAAAy5',
      amr: ['pwd', 'mfa'],
      appid: CLIENT,
      appidacr: '0',
      family_name: 'Doe',
      given_name: 'Jane',
      groups: GROUPS,
      ipaddr: '203.0.113.7',
      name: 'Jane Doe',
      oid: 'a1c3a2f6-3a57-4d0f-8ed2-6b4f0a6f1b11',
      scp: 'illumio-mcp.use user_impersonation',
      sub: 'o5kZ0J1T8mQxk7mY2dF0mI2J0r4c4xkq1uZ7i3bq9aU',
      tid: TENANT,
      unique_name: 'jane@example.com',
      upn: 'jane@example.com',
      uti: 'Kx3n1bZ2cEuWcM0t1JcSAA',
      ver: '1.0',
    },
    times: ['nbf'],
    groups: GROUPS,
    clientId: CLIENT,
    jwksUrl: `https://login.microsoftonline.com/${TENANT}/discovery/keys`,
    placeholders: { 'TENANT-ID': TENANT, 'APP-ID': APP },
  },
  {
    name: 'Okta',
    issuer: 'https://example.okta.com/oauth2/default',
    audience: 'https://mcp.example.com/mcp',
    header: { kid: KID, alg: 'RS256' },
    claims: {
      ver: 1,
      jti: 'AT.0mP4JKAZX1iACIT4vbEDF7LpvDVjxypPMf0D7uX39RE',
      aud: 'https://mcp.example.com/mcp',
      cid: '0oa1abcd2EfGhIjKl5d7',
      uid: '00u1abcd2EfGhIjKl5d7',
      scp: ['openid', 'illumio-mcp.use'],
      sub: 'jane@example.com',
      groups: ['Everyone', 'illumio-admins'],
    },
    times: ['auth_time'],
    groups: ['Everyone', 'illumio-admins'],
    clientId: '0oa1abcd2EfGhIjKl5d7',
    jwksUrl: 'https://example.okta.com/oauth2/default/v1/keys',
    placeholders: {},
  },
  {
    name: 'Auth0',
    issuer: 'https://example.eu.auth0.com/',
    audience: 'https://mcp.example.com/mcp',
    header: { alg: 'RS256', typ: 'at+jwt', kid: KID },
    claims: {
      sub: 'auth0|64f1c0ffee0badf00d123456',
      aud: ['https://mcp.example.com/mcp', 'https://example.eu.auth0.com/userinfo'],
      scope: 'openid profile illumio-mcp.use',
      azp: 'kQ2mTq0N1yH6r3vB8sXcW5zJ4pL7dF9g',
      permissions: [],
      'https://illumio-mcp.example/groups': ['illumio-readers'],
    },
    times: [],
    groups: ['illumio-readers'],
    clientId: 'kQ2mTq0N1yH6r3vB8sXcW5zJ4pL7dF9g',
    jwksUrl: 'https://example.eu.auth0.com/.well-known/jwks.json',
    placeholders: {},
  },
  {
    name: 'Keycloak',
    issuer: 'https://sso.example.com/realms/corp',
    audience: 'https://mcp.example.com/mcp',
    header: { alg: 'RS256', typ: 'JWT', kid: KID },
    claims: {
      jti: 'onrtac:7c0e1d2a-6b1f-4f4c-8f57-6a8c5d3e2f10',
      aud: ['https://mcp.example.com/mcp', 'account'],
      sub: '4f0d7c1e-2b3a-4c5d-9e6f-7a8b9c0d1e2f',
      typ: 'Bearer',
      azp: 'mcp-client',
      sid: '7d6c5b4a-3f2e-4d1c-8b0a-9f8e7d6c5b4a',
      acr: '1',
      'allowed-origins': ['https://mcp.example.com'],
      realm_access: { roles: ['default-roles-corp', 'offline_access'] },
      resource_access: { account: { roles: ['manage-account'] } },
      scope: 'openid email profile illumio-mcp.use',
      groups: ['illumio-operators', '/segmentation/admins'],
      preferred_username: 'jane',
    },
    times: ['auth_time'],
    groups: ['illumio-operators', '/segmentation/admins'],
    clientId: 'mcp-client',
    jwksUrl: 'https://sso.example.com/realms/corp/protocol/openid-connect/certs',
    placeholders: {},
  },
];

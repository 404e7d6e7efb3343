import type { Settings } from '../config/schema.ts';
import { Failure } from '../core/errors.ts';
import type { PceSettings } from '../pce/settings.ts';

/** The PCE of the environment. Throws `not_configured`, naming what is missing. */
export function pceSettings(settings: Settings): PceSettings {
  const { PCE_HOST: host, PCE_ORG_ID: orgId, API_KEY: apiKey, API_SECRET: apiSecret } = settings;
  if (!host || !orgId || !apiKey || !apiSecret) {
    const missing = (['PCE_HOST', 'PCE_ORG_ID', 'API_KEY', 'API_SECRET'] as const).filter((name) => !settings[name]);
    throw new Failure('not_configured', {
      message: `No PCE is configured: ${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} not set.`,
      data: { missing },
    });
  }
  return {
    ...commonPceSettings(settings),
    scheme: host.scheme,
    host: host.host,
    port: settings.PCE_PORT ?? host.port ?? host.defaultPort,
    orgId,
    apiKey,
    apiSecret,
    readOnly: settings.MCP_READ_ONLY,
  };
}

/** How every PCE is reached, whosever key is used. */
export const commonPceSettings = (settings: Settings) =>
  ({
    tls: {
      caFile: settings.PCE_CA_FILE,
      certFile: settings.PCE_CLIENT_CERT_FILE,
      keyFile: settings.PCE_CLIENT_KEY_FILE,
      verify: settings.PCE_TLS_VERIFY,
    },
    ...(settings.HTTPS_PROXY && {
      proxy: { url: settings.HTTPS_PROXY.href, noProxy: settings.NO_PROXY?.join(',') },
    }),
    requestsPerMinute: settings.PCE_REQUESTS_PER_MINUTE,
  }) satisfies Partial<PceSettings>;

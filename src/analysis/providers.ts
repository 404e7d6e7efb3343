/** Whose a place on the internet is, by its DNS name. */
export interface Provider {
  readonly provider: string;
  readonly kind: 'cloud' | 'content delivery' | 'saas' | 'ai service' | 'software updates' | 'file transfer';
  /** `likely`: the name is the provider's own; `ambiguous`: customers of the provider run under it. */
  readonly confidence: 'likely' | 'ambiguous';
}

/**
 * DNS suffixes that providers document as their own. Address ranges are left out on purpose: they change every week, and a stale one is
 * confidently wrong.
 */
const SUFFIXES: readonly (readonly [
  suffixes: string,
  provider: string,
  kind: Provider['kind'],
  confidence: Provider['confidence'],
])[] = [
  ['amazonaws.com amazonaws.com.cn', 'Amazon Web Services', 'cloud', 'ambiguous'],
  ['aws.amazon.com awsapps.com', 'Amazon Web Services', 'cloud', 'likely'],
  ['cloudfront.net', 'Amazon CloudFront', 'content delivery', 'ambiguous'],
  [
    'azure.com azure.net windows.net azurewebsites.net cloudapp.net trafficmanager.net azureedge.net',
    'Microsoft Azure',
    'cloud',
    'ambiguous',
  ],
  [
    'office.com office365.com outlook.com sharepoint.com microsoftonline.com teams.microsoft.com office.net',
    'Microsoft 365',
    'saas',
    'likely',
  ],
  [
    'windowsupdate.com update.microsoft.com delivery.mp.microsoft.com',
    'Microsoft Update',
    'software updates',
    'likely',
  ],
  ['googleapis.com google.com gstatic.com', 'Google', 'saas', 'likely'],
  ['googleusercontent.com run.app appspot.com cloudfunctions.net', 'Google Cloud', 'cloud', 'ambiguous'],
  ['akamai.net akamaiedge.net akamaihd.net edgesuite.net edgekey.net', 'Akamai', 'content delivery', 'ambiguous'],
  ['fastly.net fastlylb.net', 'Fastly', 'content delivery', 'ambiguous'],
  ['cloudflare.com cloudflare.net workers.dev pages.dev', 'Cloudflare', 'content delivery', 'ambiguous'],
  ['github.com githubusercontent.com ghcr.io', 'GitHub', 'saas', 'likely'],
  ['gitlab.com', 'GitLab', 'saas', 'likely'],
  ['docker.com docker.io', 'Docker', 'software updates', 'likely'],
  [
    'ubuntu.com debian.org redhat.com centos.org fedoraproject.org suse.com',
    'Linux distribution',
    'software updates',
    'likely',
  ],
  ['salesforce.com force.com', 'Salesforce', 'saas', 'likely'],
  ['service-now.com', 'ServiceNow', 'saas', 'likely'],
  ['slack.com', 'Slack', 'saas', 'likely'],
  ['atlassian.net atlassian.com', 'Atlassian', 'saas', 'likely'],
  ['zoom.us', 'Zoom', 'saas', 'likely'],
  ['splunkcloud.com', 'Splunk Cloud', 'saas', 'likely'],
  ['datadoghq.com datadoghq.eu', 'Datadog', 'saas', 'likely'],
  ['newrelic.com nr-data.net', 'New Relic', 'saas', 'likely'],
  ['crowdstrike.com', 'CrowdStrike', 'saas', 'likely'],
  ['zscaler.net zscaler.com', 'Zscaler', 'saas', 'likely'],
  ['illum.io illumio.com', 'Illumio', 'saas', 'likely'],
  ['dropbox.com dropboxapi.com', 'Dropbox', 'file transfer', 'likely'],
  ['box.com', 'Box', 'file transfer', 'likely'],
  ['wetransfer.com mega.nz mega.co.nz transfer.sh anonfiles.com', 'file sharing site', 'file transfer', 'likely'],
  ['openai.com chatgpt.com oaiusercontent.com openai.azure.com', 'OpenAI', 'ai service', 'likely'],
  ['anthropic.com claude.ai', 'Anthropic', 'ai service', 'likely'],
  [
    'generativelanguage.googleapis.com gemini.google.com aiplatform.googleapis.com',
    'Google AI',
    'ai service',
    'likely',
  ],
  ['mistral.ai', 'Mistral', 'ai service', 'likely'],
  ['cohere.com cohere.ai', 'Cohere', 'ai service', 'likely'],
  ['perplexity.ai', 'Perplexity', 'ai service', 'likely'],
  ['huggingface.co', 'Hugging Face', 'ai service', 'likely'],
  ['deepseek.com', 'DeepSeek', 'ai service', 'likely'],
];

const BY_SUFFIX: ReadonlyMap<string, Provider> = new Map(
  SUFFIXES.flatMap(([suffixes, provider, kind, confidence]) =>
    suffixes.split(' ').map((suffix) => [suffix, { provider, kind, confidence }] as const),
  ),
);

/** The provider of the longest suffix of `fqdn` that is known; null for others. */
export function providerOf(fqdn: string): Provider | null {
  for (let rest = fqdn.toLowerCase().replace(/\.$/, ''); rest !== ''; rest = rest.replace(/^[^.]*\.?/, '')) {
    const found = BY_SUFFIX.get(rest);
    if (found !== undefined) return found;
  }
  return null;
}

import { defineConfig } from 'vitepress';
import { TOOLSETS } from '../../src/core/toolset.ts';

const page = (text: string, link: string) => ({ text, link });

/** The site made of these pages: `npm run -s docs:site`. */
export default defineConfig({
  title: 'illumio-mcp',
  description: 'See, plan, change and prove microsegmentation policy on an Illumio PCE over MCP',
  cleanUrls: true,
  // Where neither git, the formatter nor the package looks.
  outDir: '../node_modules/.docs-site',
  cacheDir: '../node_modules/.vitepress',
  // Calls of tools are quoted in a language of their own; no highlighter knows it.
  markdown: { languageAlias: { call: 'sh', hcl: 'ini' } },
  themeConfig: {
    search: { provider: 'local' },
    sidebar: [
      {
        text: 'Start',
        items: [
          page('Quick start', '/quick-start'),
          page('Connecting a client', '/clients'),
          page('Gallery', '/gallery'),
          page('Prompts', '/prompts'),
        ],
      },
      {
        text: 'By what you do',
        items: [
          page('Segmentation engineer', '/how-to/segmentation-engineer'),
          page('Application owner', '/how-to/application-owner'),
          page('Security operations', '/how-to/security-operations'),
          page('Auditor', '/how-to/auditor'),
          page('Server operations', '/how-to/server-operations'),
          page('Programme lead', '/how-to/programme-lead'),
          page('Platform team', '/how-to/platform-team'),
        ],
      },
      {
        text: 'Understand',
        items: [
          page('How changes work', '/how-changes-work'),
          page('Rule processing order', '/rule-processing'),
          page('Scores', '/scores'),
          page('Long questions, large answers', '/long-questions'),
          page('Security', '/security'),
        ],
      },
      {
        text: 'Operate',
        items: [
          page('HTTP', '/operations/http'),
          page('Containers', '/operations/containers'),
          page('Identity providers', '/operations/identity-providers'),
          page('Keys', '/operations/keys'),
          page('Audit', '/operations/audit'),
          page('Scaling and upgrades', '/operations/scaling'),
          page('Telemetry', '/operations/telemetry'),
          page('Troubleshooting', '/troubleshooting'),
        ],
      },
      {
        text: 'Test',
        items: [page('Against your PCE', '/testing-against-your-pce'), page('The simulated PCE', '/simulator')],
      },
      {
        text: 'Go further',
        items: [
          page('Migration from Python', '/migration'),
          page('Development', '/development'),
          page('Decisions', '/adr/README'),
        ],
      },
      {
        text: 'Look up',
        items: [
          page('Tools', '/reference/tools'),
          ...TOOLSETS.map((toolset) => page(`… ${toolset}`, `/reference/tools-${toolset}`)),
          page('Prompts', '/reference/prompts'),
          page('Resources', '/reference/resources'),
          page('Configuration', '/reference/configuration'),
          page('Command line', '/reference/command-line'),
          page('Failure codes', '/reference/failures'),
          page('Simulator', '/reference/simulator'),
        ],
      },
    ],
  },
});

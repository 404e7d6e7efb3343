import { expect, it } from 'vitest';
import { selectTools } from '../../src/access/select.ts';
import { TOOLSETS } from '../../src/core/toolset.ts';
import type { AnyTool } from '../../src/dispatch/any-tool.ts';
import { catalogue } from '../../src/dispatch/catalogue.ts';
import { listing } from '../../src/dispatch/listing.ts';

const MAX_DEFAULT_TOKENS = 12_000;

/** What a model reads of the list: names, descriptions and input schemas, a token for 4 characters. */
const tokens = (tools: readonly AnyTool[]): number =>
  Math.ceil(
    tools
      .map((tool) => listing(tool, { structured: true }))
      .map(({ name, description, inputSchema }) => JSON.stringify({ name, description, inputSchema }).length)
      .reduce((sum, length) => sum + length, 0) / 4,
  );

it('the default toolset costs at most 12,000 tokens', () => {
  const offered = selectTools(catalogue, { toolsets: ['default'], allowed: undefined });
  const table = [
    ...TOOLSETS.map((toolset) => [toolset, catalogue.filter((tool) => tool.toolset === toolset)] as const),
    ['default', offered] as const,
    ['all', catalogue] as const,
  ];
  for (const [name, tools] of table)
    process.stdout.write(
      `${name.padEnd(13)} ${String(tools.length).padStart(3)} tools ${String(tokens(tools)).padStart(6)} tokens\n`,
    );
  expect(offered.length).toBeGreaterThan(0);
  expect(tokens(offered)).toBeLessThanOrEqual(MAX_DEFAULT_TOKENS);
});

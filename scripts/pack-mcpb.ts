import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packExtension } from '@anthropic-ai/mcpb/cli';
import manifest from '../package.json' with { type: 'json' };

const ROOT = join(import.meta.dirname, '..');

/** Packs the built bundle in `dist` as a one-click extension of Claude Desktop. Throws when the manifest is not valid. */
export async function packMcpb(output: string, dist = join(ROOT, 'dist')): Promise<void> {
  const stage = await mkdtemp(join(tmpdir(), 'illumio-mcp-mcpb-'));
  try {
    await cp(dist, join(stage, 'dist'), { recursive: true });
    // package.json says that the files are modules.
    for (const name of ['manifest.json', 'package.json', 'LICENSE', 'README.md'])
      await cp(join(ROOT, name), join(stage, name));
    if (!(await packExtension({ extensionPath: stage, outputPath: output, silent: true })))
      throw new Error('the extension could not be packed');
  } finally {
    await rm(stage, { recursive: true, force: true });
  }
}

if (import.meta.main) await packMcpb(process.argv[2] ?? join(ROOT, `illumio-mcp-${manifest.version}.mcpb`));

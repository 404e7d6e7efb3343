import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { getMcpConfigForManifest } from '@anthropic-ai/mcpb/node';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundle } from '../../scripts/build.ts';
import { packMcpb } from '../../scripts/pack-mcpb.ts';
import { settings } from '../../src/config/schema.ts';
import { createSimulator } from '../../src/simulator/simulator.ts';
import { clientFor, REVISIONS } from '../protocol/clients.ts';

const MCPB = fileURLToPath(new URL('cli/cli.js', import.meta.resolve('@anthropic-ai/mcpb')));

let folder: string;
let extension: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'illumio-mcp-mcpb-'));
  extension = join(folder, 'unpacked');
  await bundle(join(folder, 'dist'));
  await packMcpb(join(folder, 'x.mcpb'), join(folder, 'dist'));
  execFileSync(process.execPath, [MCPB, 'unpack', join(folder, 'x.mcpb'), extension]);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What Claude Desktop starts for what a person has filled in; what is left out has its default. */
async function started(userConfig: Readonly<Record<string, string | boolean>>) {
  const manifest = JSON.parse(readFileSync(join(extension, 'manifest.json'), 'utf8'));
  const config = await getMcpConfigForManifest({
    manifest,
    extensionPath: extension,
    systemDirs: {},
    userConfig,
    pathSeparator: '/',
  });
  if (config === undefined) throw new Error('something required is missing');
  expect(config.command).toBe('node');
  return { command: process.execPath, args: config.args ?? [], env: { HOME: folder, ...config.env } };
}

const filledIn = { pce_host: 'pce.example.com', pce_org_id: '1', api_key: 'api_1', api_secret: 'secret' };

describe('the extension for Claude Desktop', () => {
  it('sets only settings that exist', async () => {
    const { env } = await started(filledIn);
    const names: readonly string[] = settings.map(({ name }) => name);
    for (const name of Object.keys(env)) expect([...names, 'HOME']).toContain(name);
    expect(env).toMatchObject({
      PCE_HOST: 'pce.example.com',
      PCE_PORT: '8443',
      PCE_CA_FILE: '',
      MCP_READ_ONLY: 'true',
    });
  });

  it('asks for the secrets as secrets', () => {
    const { user_config: fields } = JSON.parse(readFileSync(join(extension, 'manifest.json'), 'utf8'));
    expect([fields.api_key.sensitive, fields.api_secret.sensitive]).toEqual([true, true]);
  });

  it('answers with what was filled in', async () => {
    const pce = await createSimulator({ profile: 'small' });
    const program = await started({
      pce_host: pce.url,
      pce_port: String(pce.port),
      pce_org_id: String(pce.orgId),
      api_key: pce.apiKey,
      api_secret: pce.apiSecret,
    });
    const client = clientFor(REVISIONS[0]);
    await client.connect(new StdioClientTransport({ ...program, stderr: 'ignore' }));
    try {
      const answer = await client.callTool({ name: 'get-labels', arguments: { key: 'app' } });
      expect(answer.isError ?? false).toBe(false);
      // Read-only until somebody says otherwise.
      const { tools } = await client.listTools();
      expect(tools.every(({ annotations }) => annotations?.readOnlyHint === true)).toBe(true);
    } finally {
      await client.close();
      await pce.close();
    }
  });
});

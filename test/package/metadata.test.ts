import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { disagreements, told } from '../../scripts/versions.ts';
import { settings } from '../../src/config/schema.ts';
import { VERSION } from '../../src/core/version.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const server = JSON.parse(readFileSync(join(ROOT, 'server.json'), 'utf8'));

describe('versions', () => {
  it('agree wherever one is told, the server itself included', async () => {
    expect(await disagreements()).toEqual([]);
    const { versions } = await told();
    expect(versions.length).toBeGreaterThanOrEqual(6);
    expect(versions[0]?.value).toBe(VERSION);
  });

  it('are reported when one of them differs', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'illumio-mcp-versions-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const files = [
      'package.json',
      'manifest.json',
      'server.json',
      'Dockerfile',
      'deploy/kubernetes/kustomization.yaml',
    ];
    for (const file of files) {
      for (const each of files) cpSync(join(ROOT, each), join(folder, each));
      writeFileSync(join(folder, file), readFileSync(join(ROOT, file), 'utf8').replaceAll(VERSION, '9.9.9'));
      expect(await disagreements(undefined, folder), file).toEqual([expect.stringContaining('9.9.9')]);
    }
    expect(await disagreements(`v${VERSION}`)).toEqual([]);
    expect(await disagreements('v9.9.9')).toHaveLength(1);
  });
});

/** The rules of the registry's schema of 2025-12-11 that this entry can break (stack.md §4). */
describe('the registry entry', () => {
  it('has the form the registry asks for', () => {
    expect(server.$schema).toMatch(/\/schemas\/2025-12-11\/server\.schema\.json$/);
    expect(server.name).toMatch(/^[a-zA-Z0-9.-]+\/[a-zA-Z0-9._-]+$/);
    expect(server.description.length).toBeLessThanOrEqual(100);
    expect(server.title.length).toBeLessThanOrEqual(100);
    for (const { registryType, identifier, version, transport } of server.packages) {
      expect(registryType).toBe('npm');
      expect(identifier).toBe('illumio-mcp');
      expect(version).toMatch(/^\d+\.\d+\.\d+/);
      expect(transport).toEqual({ type: 'stdio' });
    }
  });

  it('names settings that exist, and every secret as one', () => {
    const known = new Map(settings.map((setting) => [setting.name as string, setting]));
    for (const { name, isSecret = false, format = 'string' } of server.packages[0].environmentVariables) {
      expect(known.has(name), name).toBe(true);
      expect(isSecret).toBe(known.get(name)?.secret ?? false);
      expect(['string', 'number', 'boolean', 'filepath']).toContain(format);
    }
  });
});

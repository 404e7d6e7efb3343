import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeBaseImage } from '../../deploy/docker/base-image.ts';
import manifest from '../../package.json' with { type: 'json' };
import { createSimulator, type Simulator } from '../../src/simulator/simulator.ts';
import { npmCli } from '../package/npm.ts';
import { clientFor, REVISIONS } from '../protocol/clients.ts';
import { pointingAt } from '../protocol/programs.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const BASE = 'localhost/illumio-mcp-test-base';
const IMAGE = 'localhost/illumio-mcp-test';

/** Why no image can be built here; undefined where one can. */
function missing(): string | undefined {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'images are built as root on Linux';
  if (!existsSync('/etc/debian_version')) return 'the base image is made out of a Debian';
  return existsSync('/usr/bin/buildah') ? undefined : 'buildah is not installed';
}

const buildah = (...args: readonly string[]): string =>
  execFileSync('buildah', [...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 64 << 20 });

interface ImageConfig {
  readonly User: string;
  readonly Env: readonly string[];
  readonly Entrypoint: readonly string[];
  readonly Volumes: Readonly<Record<string, unknown>>;
  readonly Labels: Readonly<Record<string, string>>;
  readonly Healthcheck: { readonly Test: readonly string[] };
}

const reason = missing();

describe.skipIf(reason !== undefined)(`the image${reason === undefined ? '' : `: ${reason}`}`, () => {
  let config: ImageConfig;
  let logs: string;
  let data: string;
  let pce: Simulator;
  const containers: string[] = [];
  const built: string[] = [];

  beforeAll(async () => {
    makeBaseImage({ name: BASE, npm: join(dirname(npmCli()), '..') });
    built.push(BASE);
    const registry = execFileSync(process.execPath, [npmCli(), 'config', 'get', 'registry'], {
      encoding: 'utf8',
    }).trim();
    const args = [`NODE_IMAGE=${BASE}`, `NPM_CONFIG_REGISTRY=${registry}`].flatMap((arg) => ['--build-arg', arg]);
    buildah('bud', '--isolation', 'chroot', '--format', 'docker', '--pull-never', ...args, '-t', IMAGE, ROOT);
    built.push(IMAGE);
    const inspected: { Docker: { config: ImageConfig } } = JSON.parse(buildah('inspect', '--type', 'image', IMAGE));
    config = inspected.Docker.config;
    [logs, data] = [mkdtempSync(join(tmpdir(), 'illumio-mcp-logs-')), mkdtempSync(join(tmpdir(), 'illumio-mcp-data-'))];
    for (const folder of [logs, data]) chownSync(folder, 1000, 1000);
    pce = await createSimulator({ profile: 'small' });
  }, 600_000);
  afterAll(async () => {
    await pce?.close();
    for (const container of containers) buildah('rm', container);
    for (const image of built) buildah('rmi', '--force', image);
    for (const folder of [logs, data].filter(Boolean)) rmSync(folder, { recursive: true, force: true });
  });

  /** What `docker run -i -v …/logs -v …/data -e … IMAGE args` starts: the image's own entry point, user and environment. */
  function running(args: readonly string[], env: Readonly<Record<string, string>> = {}, command = config.Entrypoint) {
    const container = buildah('from', '--pull-never', IMAGE).trim();
    containers.push(container);
    // Docker lets `-v` win over the image's VOLUME; buildah sorts the two mounts of one folder in no fixed order, so only the given one stays.
    buildah('config', '--volume', '-', container);
    const options = [
      ['--isolation', 'chroot', '--terminal=false'],
      ['--volume', `${logs}:/var/log/illumio-mcp`, '--volume', `${data}:/data`],
      ...Object.entries(env).map(([name, value]) => ['--env', `${name}=${value}`]),
    ].flat();
    return { container, command: 'buildah', args: ['run', ...options, container, '--', ...command, ...args] };
  }

  it('says what it is, runs as nobody in particular and keeps what must survive in volumes', () => {
    expect(config.User).toBe('1000:1000');
    expect(Object.keys(config.Volumes).sort()).toEqual(['/data', '/var/log/illumio-mcp']);
    expect(config.Env).toContain('DOCKER_CONTAINER=true');
    expect(config.Labels).toMatchObject({
      'io.modelcontextprotocol.server.name': manifest.mcpName,
      'org.opencontainers.image.version': manifest.version,
      'org.opencontainers.image.licenses': manifest.license,
    });
    const { container } = running([]);
    const root = buildah('mount', container).trim();
    // A bundle and no packages: nothing of the build is left.
    expect(readdirSync(join(root, 'app')).sort()).toEqual(['LICENSE', 'dist', 'health.ts', 'package.json']);
    const bill: { components: unknown[] } = JSON.parse(readFileSync(join(root, 'app/dist/sbom.cdx.json'), 'utf8'));
    expect(bill.components.length).toBeGreaterThan(10);
    expect(existsSync(join(root, 'src'))).toBe(false);
  });

  it('answers over stdio, writes its log to the log folder and nothing anywhere else', async () => {
    const { container, command, args } = running(['--demo'], { PYTHONWARNINGS: 'ignore', MCP_LOGLEVEL: 'x' });
    const root = buildah('mount', container).trim();
    const client = clientFor(REVISIONS[0]);
    await client.connect(new StdioClientTransport({ command, args, stderr: 'ignore' }));
    const answer = await client.callTool({ name: 'get-labels', arguments: { key: 'app', max_results: 3 } });
    expect(answer.isError ?? false).toBe(false);
    expect(health(container)).toBe(0);
    await client.close();
    expect(readFileSync(join(logs, 'illumio-mcp.log'), 'utf8')).toContain('did you mean MCP_LOG_LEVEL?');
    // So it runs with a read-only root file system.
    expect(written(root)).toEqual([]);
  });

  it('answers over HTTP by argument, keeps its plans in the data folder, and its health command knows', async () => {
    const port = await freePort();
    const env = { ...pointingAt(pce), MCP_DEV_INSECURE: '1', MCP_HTTP_HOST: '127.0.0.1', MCP_HTTP_PORT: String(port) };
    const { container, command, args } = running(['http'], env);
    expect(health(container, env)).toBe(1);
    const root = buildah('mount', container).trim();
    const server = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'] });
    const ended = once(server, 'exit');
    await new Promise<void>((resolve, reject) => {
      server.stderr.on('data', (chunk: unknown) => void (String(chunk).includes('"listening"') && resolve()));
      server.once('exit', () => reject(new Error('ended early')));
    });
    const client = clientFor(REVISIONS[0]);
    await client.connect(new StreamableHTTPClientTransport(new URL(`http://127.0.0.1:${port}/mcp`)));
    const answer = await client.callTool({ name: 'get-labels', arguments: { key: 'app', max_results: 3 } });
    expect(answer.isError ?? false).toBe(false);
    expect(health(container, env)).toBe(0);
    const planned = { name: 'create-label', arguments: { key: 'app', value: 'from the image', dry_run: true } };
    expect((await client.callTool(planned)).isError ?? false).toBe(false);
    expect(readdirSync(data)).toContain('plans.db');
    await client.close();
    server.kill('SIGTERM');
    await ended;
    expect(health(container, env)).toBe(1);
    expect(written(root)).toEqual([]);
  });

  /** The exit code of the health command, run in the same container. */
  function health(container: string, env: Readonly<Record<string, string>> = {}): number {
    const [, ...command] = config.Healthcheck.Test;
    const given = Object.entries(env).flatMap(([name, value]) => ['--env', `${name}=${value}`]);
    try {
      buildah('run', '--isolation', 'chroot', ...given, container, '--', ...command);
      return 0;
    } catch (error) {
      return error instanceof Error && 'status' in error && typeof error.status === 'number' ? error.status : -1;
    }
  }
});

/** Files of the image's root that are newer than the image, besides those that are mounted over it. */
const written = (root: string): readonly string[] =>
  execFileSync('find', [root, '-xdev', '-type', 'f', '-newer', join(root, 'app/health.ts'), '-user', '1000'], {
    encoding: 'utf8',
  })
    .split('\n')
    .filter((path) => path !== '');

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' ? (address?.port ?? 0) : 0;
}

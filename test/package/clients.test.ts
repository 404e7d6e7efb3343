import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { settings } from '../../src/config/schema.ts';

const TEXT = readFileSync(fileURLToPath(new URL('../../docs/clients.md', import.meta.url)), 'utf8');

/** The fenced blocks by the name after their language. */
const blocks = new Map(
  [...TEXT.matchAll(/^```(\w+) ([\w-]+)\n([^]*?)^```$/gm)].map(([, language, name, body]) => [
    String(name),
    { language, body: String(body).trim() },
  ]),
);
const body = (name: string): string => blocks.get(name)?.body ?? '';

interface Started {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

const serversOf = (name: string): readonly Started[] => {
  const { mcpServers, servers } = JSON.parse(body(name));
  return Object.values(mcpServers ?? servers);
};

describe('the snippets for clients', () => {
  it('cover the clients that are promised', () => {
    expect([...blocks.keys()]).toEqual([
      'claude-desktop',
      'claude-desktop-windows',
      'claude-desktop-docker',
      'claude-code',
      'claude-code-http',
      'claude-code-project',
      'cursor',
      'cursor-link',
      'vscode',
      'vscode-demo',
      'chatgpt',
      'inspector',
    ]);
  });

  it.each([...blocks].filter(([, { language }]) => language === 'json'))(
    '%s starts the published package or the image, with settings that exist',
    (name) => {
      for (const { command, args, env = {} } of serversOf(name)) {
        const line = [command, ...args].join(' ');
        expect(line).toMatch(/^(?:cmd \/c )?npx -y illumio-mcp$|^docker run -i --init --rm .* illumio-mcp:latest$/);
        expect(Object.keys(env).filter((key) => !settings.some((setting) => setting.name === key))).toEqual([]);
      }
    },
  );

  it('name the package that is published', () => {
    expect(manifest.name).toBe('illumio-mcp');
    expect(Object.keys(manifest.bin)).toContain('illumio-mcp');
  });

  it('keep the docker block of the first README, image and a variable for Python aside', () => {
    const [docker] = serversOf('claude-desktop-docker');
    expect(docker?.args).toEqual(
      [
        ['run', '-i', '--init', '--rm', '-v', '/Users/YOUR_USERNAME/tmp:/var/log/illumio-mcp'],
        ['-e', 'DOCKER_CONTAINER=true', '--env-file', '/Users/YOUR_USERNAME/.illumio-mcp.env', 'illumio-mcp:latest'],
      ].flat(),
    );
  });

  it('have a link for Cursor that says what its text says', () => {
    const link = new URL(body('cursor-link'));
    const config: unknown = JSON.parse(Buffer.from(link.searchParams.get('config') ?? '', 'base64').toString('utf8'));
    expect(config).toEqual({ command: 'npx', args: ['-y', 'illumio-mcp', '--demo'] });
    expect(link.searchParams.get('name')).toBe('illumio-demo');
  });

  it('give VS Code the secrets by question, never in the file', () => {
    const { inputs, servers } = JSON.parse(body('vscode'));
    const asked = inputs.map(({ id }: { id: string }) => `\${input:${id}}`);
    expect([servers['illumio-mcp'].env.API_KEY, servers['illumio-mcp'].env.API_SECRET]).toEqual(asked);
    const json = /'(\{.*\})'$/.exec(body('vscode-demo'))?.[1] ?? '';
    expect(JSON.parse(json)).toMatchObject({ command: 'npx', args: ['-y', 'illumio-mcp', '--demo'] });
  });

  it('give Claude Code its options before the name, settings that exist, and the command after --', () => {
    const line = body('claude-code');
    expect(line).toMatch(/^claude mcp add --transport stdio (?:--env [A-Z_]+=\S+ )+illumio-mcp -- npx -y illumio-mcp$/);
    for (const [, name] of line.matchAll(/--env ([A-Z_]+)=/g))
      expect(settings.some((setting) => setting.name === name)).toBe(true);
  });
});

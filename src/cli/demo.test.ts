import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { describe, expect, it } from 'vitest';
import { QUESTIONS } from './demo/questions.ts';

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url));

describe('the demo', () => {
  it('asks every question over the wire, gets answers and ends with 0 on --once', async () => {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [MAIN, 'demo', '--once']);
    expect(stderr).toBe('');
    for (const { ask, tool } of QUESTIONS) {
      expect(stdout).toContain(ask);
      expect(stdout).toContain(`-> ${tool}`);
    }
    expect(stdout).toContain('640 workloads: 500 managed');
    expect(stdout).not.toMatch(/error/);
    expect(stdout.match(/Looked at/g)).toHaveLength(QUESTIONS.length);
  });

  it('stays up, says how to connect, answers a client there and ends cleanly on Ctrl-C', async () => {
    const demo = spawn(process.execPath, [MAIN, 'demo'], { stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    const url = await new Promise<string>((resolve) => {
      demo.stdout.setEncoding('utf8').on('data', (chunk: string) => {
        said += chunk;
        const found = /stays up at\s+(\S+)[\s\S]*claude_desktop_config[\s\S]*--demo/.exec(said);
        if (found?.[1] !== undefined) resolve(found[1]);
      });
    });
    for (const how of [`claude mcp add --transport http illumio-demo ${url}`, 'code --add-mcp', `--server-url ${url}`])
      expect(said).toContain(how);

    const client = new Client({ name: 'test', version: '1' });
    await client.connect(new StreamableHTTPClientTransport(new URL(url)));
    const result = await client.callTool({ name: 'get-labels', arguments: { key: 'app' } });
    expect(result.isError ?? false).toBe(false);
    await client.close();

    demo.kill('SIGINT');
    const [code] = (await once(demo, 'exit')) as [number | null];
    expect(code).toBe(0);
  });
});

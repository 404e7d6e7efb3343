import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';

/** The protocol revisions that are served, newest first. */
export const REVISIONS = ['2026-07-28', '2025-11-25', '2025-06-18', '2025-03-26'] as const;
export type Revision = (typeof REVISIONS)[number];

/** The official client, pinned to one revision: it does not connect with any other. */
export function clientFor(revision: Revision): Client {
  const info = { name: 'protocol-test', version: '1.0.0' };
  return revision === '2026-07-28'
    ? new Client(info, { versionNegotiation: { mode: { pin: revision } } })
    : new Client(info, { supportedProtocolVersions: [revision] });
}

export interface Program {
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

/** Starts a program with this Node and connects to it; `stderr` grows as the program logs. */
export async function connectStdio(revision: Revision, { args, env = {}, cwd }: Program) {
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [...args],
    env: { PATH: process.env['PATH'] ?? '', ...env },
    stderr: 'pipe',
    ...(cwd === undefined ? {} : { cwd }),
  });
  const stderr: string[] = [];
  transport.stderr?.on('data', (chunk: unknown) => stderr.push(String(chunk)));
  const client = clientFor(revision);
  await client.connect(transport);
  return { client, transport, stderr: () => stderr.join('') };
}

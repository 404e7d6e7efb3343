import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { expect } from 'vitest';
import { connectStdio } from '../protocol/clients.ts';
import { SOURCE } from '../protocol/programs.ts';
import { PREFIX } from './prefix.ts';

/** The PCE to test against, as the environment of a server says it. */
export interface PceTarget {
  readonly env: Readonly<Record<string, string>>;
  /** Where the server runs; its `.env` is read there. */
  readonly cwd: string;
  /** Provisioning reaches workloads: only where that was asked for. */
  readonly mayProvision: boolean;
  /** Host name of a managed workload whose enforcement mode may be switched and put back. */
  readonly testWorkload?: string | undefined;
}

export type Fields = Readonly<Record<string, unknown>>;

export interface Session extends Pick<PceTarget, 'mayProvision' | 'testWorkload'> {
  /** Tools that were called and did what they were asked. */
  readonly used: ReadonlySet<string>;
  /** By tool, the last plan that only was one. */
  readonly plans: ReadonlyMap<string, Fields>;
  /** A name for an object of this run. */
  named(what: string): string;
  /** A call that must succeed and match the output schema it published. */
  ok(name: string, args?: Fields): Promise<Fields>;
  /** A call that must fail; its failure code. */
  code(name: string, args?: Fields): Promise<unknown>;
  close(): Promise<void>;
}

/** A server over stdio, as a client starts it, with every tool offered. */
export async function openSession({ env, cwd, mayProvision, testWorkload }: PceTarget): Promise<Session> {
  const state = await mkdtemp(join(tmpdir(), 'illumio-mcp-pce-'));
  const { client } = await connectStdio('2025-11-25', {
    args: [SOURCE, 'stdio'],
    env: { HOME: state, MCP_TOOLSETS: 'all', MCP_STATE_DIR: state, ...env },
    cwd,
  });
  const { tools } = await client.listTools();
  const run = Date.now().toString(36);
  const ajv = new Ajv({ strict: false });
  // A JSON schema is an object; the client's type of it is wider than the validator's.
  const validators = new Map(tools.map((tool) => [tool.name, ajv.compile((tool.outputSchema ?? {}) as object)]));
  const used = new Set<string>();
  const plans = new Map<string, Fields>();
  const call = async (name: string, args: Fields) => client.callTool({ name, arguments: { ...args } });
  return {
    mayProvision,
    testWorkload,
    used,
    plans,
    named: (what) => `${PREFIX}${run}-${what}`,
    async ok(name, args = {}) {
      const { isError, structuredContent, content } = await call(name, args);
      expect(isError ?? false, `${name} ${JSON.stringify(args)}: ${JSON.stringify(content)}`).toBe(false);
      const validate = validators.get(name);
      expect(validate?.(structuredContent), `${name}: ${JSON.stringify(validate?.errors)}`).toBe(true);
      used.add(name);
      const fields = structuredContent as Fields; // valid for the schema of an object
      if (fields['state'] === 'planned') plans.set(name, fields);
      return fields;
    },
    async code(name, args = {}) {
      const { isError, content } = await call(name, args);
      const [first] = content;
      const text = first?.type === 'text' ? first.text : '';
      expect(isError ?? false, text).toBe(true);
      return /^error (\w+):/.exec(text)?.[1];
    },
    async close() {
      await client.close();
      await rm(state, { recursive: true, force: true });
    },
  };
}

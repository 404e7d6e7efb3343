import { execFile } from 'node:child_process';
import { createHash, hkdfSync } from 'node:crypto';
import { promisify } from 'node:util';
import { Failure } from '../../core/errors.ts';
import type { Secret } from '../../core/secret.ts';

/** A key-encryption key: 32 bytes, with a name that tells it from others and nothing about it. */
export interface Kek {
  readonly id: string;
  readonly bytes: Uint8Array;
}

/** The key new records are sealed with, and those older ones may still be sealed with. */
export interface Keks {
  readonly current: Kek;
  byId(id: string): Kek | undefined;
}

export interface KekSettings {
  /** Base64 of 32 bytes; from the environment or a file. */
  readonly key: Secret | undefined;
  /** Prints the key on stdout: the door to a vault or a key service. */
  readonly command: string | undefined;
  /** What `key` was before, while records are moved to the new one. */
  readonly previous: Secret | undefined;
}

const COMMAND_TIMEOUT_MS = 30_000;

/** Throws `invalid_configuration` when there is no key, or two, or the command does not print one. */
export async function loadKeks({ key, command, previous }: KekSettings): Promise<Keks> {
  if ((key === undefined) === (command === undefined))
    throw new Failure('invalid_configuration', {
      message: 'Give exactly one of MCP_KEK, MCP_KEK_FILE and MCP_KEK_COMMAND.',
    });
  const text = key?.reveal() ?? (await printedBy(command ?? ''));
  const keks = [kekOf(text), ...(previous === undefined ? [] : [kekOf(previous.reveal())])];
  const [current] = keks;
  if (current === undefined) throw new Failure('internal');
  return { current, byId: (id) => keks.find((kek) => kek.id === id) };
}

/** The key in base64 or base64url. Throws `invalid_configuration`; the message never repeats the text. */
export function kekOf(text: string): Kek {
  const bytes = /^[A-Za-z0-9+/_-]{43}=?$/.test(text) ? Buffer.from(text, 'base64') : Buffer.alloc(0);
  if (bytes.length !== 32)
    throw new Failure('invalid_configuration', {
      message: 'The key-encryption key must be base64 of exactly 32 bytes.',
    });
  // The name is a hash of a key derived from it, so that it tells nothing of the key itself.
  const named = hkdfSync('sha256', bytes, '', 'illumio-mcp/kek-id', 32);
  return { id: createHash('sha256').update(new Uint8Array(named)).digest('hex').slice(0, 16), bytes };
}

async function printedBy(command: string): Promise<string> {
  const [shell, flag] = process.platform === 'win32' ? ['cmd.exe', '/c'] : ['/bin/sh', '-c'];
  try {
    const { stdout } = await promisify(execFile)(shell, [flag, command], {
      timeout: COMMAND_TIMEOUT_MS,
      maxBuffer: 4096,
    });
    return stdout.trim();
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'no answer';
    // Neither the output nor the cause: they may hold the key.
    throw new Failure('invalid_configuration', { message: `MCP_KEK_COMMAND failed (${code}).` });
  }
}

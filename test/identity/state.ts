import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder for what a server keeps, gone with `remove`. */
export function stateFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'illumio-mcp-gateway-'));
  return {
    folder,
    env: { MCP_KEYSTORE_PATH: join(folder, 'keys.db'), MCP_STATE_DIR: folder },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

#!/usr/bin/env node
import module from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';

// Old Node versions must get far enough to say what they lack: nothing newer than Node 18 in this file, no static import of the rest.
// Hosts pick odd ones: Claude Desktop takes the first of nvm (stack.md §8).
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 13)) {
  process.stderr.write(
    `illumio-mcp needs Node 22.13 or newer; this is ${process.versions.node} at ${process.execPath}.\n` +
      'Install a current one from https://nodejs.org, or give its full path as "command" in the settings of your MCP client.\n',
  );
  process.exit(1);
}

// In a folder of our own: the default one below /tmp can be prepared by others on a shared machine.
module.enableCompileCache?.(join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'illumio-mcp', 'compile'));

const { run } = await import('./run.ts');
await run(process.argv.slice(2));

#!/usr/bin/env node
// `illumio-mcp-http` is `illumio-mcp http`.
process.argv.splice(2, 0, 'http');
await import('./main.ts');

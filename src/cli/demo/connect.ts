/**
 * How to point the usual clients at the running demo. Clients that speak HTTP get its URL; Claude Desktop starts its own server on an
 * embedded copy of the same estate.
 */
export function connectionHelp(
  url: string,
  [node = 'node', main = 'illumio-mcp']: readonly string[] = process.argv,
): readonly string[] {
  const desktop = { mcpServers: { 'illumio-demo': { command: node, args: [main, '--demo'] } } };
  return [
    'Claude Code',
    `  claude mcp add --transport http illumio-demo ${url}`,
    '',
    'VS Code',
    `  code --add-mcp '${JSON.stringify({ name: 'illumio-demo', type: 'http', url })}'`,
    '',
    'MCP Inspector',
    `  npx @modelcontextprotocol/inspector --transport http --server-url ${url}`,
    '',
    'Claude Desktop (in claude_desktop_config.json; it starts its own copy of this estate)',
    ...JSON.stringify(desktop, null, 2)
      .split('\n')
      .map((line) => `  ${line}`),
  ];
}

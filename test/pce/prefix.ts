/** What every object a run makes is named with; nothing else is ever changed or removed. */
export const PREFIX = 'mcp-test-';

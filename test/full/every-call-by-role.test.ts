import { expect, it } from 'vitest';
import { catalogue } from '../../src/dispatch/catalogue.ts';
import { attacked } from '../attacks/harness/gateway.ts';
import { cell, ROLES } from '../gateway/matrix.ts';

const KEK = Buffer.alloc(32, 3).toString('base64');

it('a server does with every call what the table says', async () => {
  // Without a key of the caller's own nothing gets further than to the PCE.
  const env = { MCP_PCE_MODE: 'per_user', MCP_KEK: KEK, MCP_TOOLSETS: 'all', MCP_RATE_LIMIT_MCP: '0' };
  const gateway = await attacked({ env });
  for (const role of ROLES) {
    const token = await gateway.token({ groups: [`${role}s`] });
    for (const tool of catalogue) {
      const { dry_run: _planned, ...args } = tool.example;
      const response = await gateway.ask(token, { method: 'tools/call', params: { name: tool.name, arguments: args } });
      const code = /"illumio-mcp\/error":\{.*"error":"(\w+)"/.exec(await response.text())?.[1] ?? 'ok';
      const expected = {
        deny: [role === null ? 'forbidden_no_role' : 'forbidden'],
        // What provisioning would do has to be shown first, and that is asked of the PCE.
        confirm: [tool.effect === 'provision' ? 'no_pce_credentials' : 'confirm_required'],
        allow: ['no_pce_credentials', 'ok'],
      }[cell(role, tool, false)];
      expect([tool.name, role, expected?.includes(code) ?? false, code]).toEqual([tool.name, role, true, code]);
    }
  }
  await gateway.close();
});

import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { verifyChains } from '../../../src/access/audit/chain.ts';
import { AUDIT, createSqlAudit } from '../../../src/store/audit.ts';
import { openSqlite } from '../../../src/store/sqlite.ts';
import { company } from '../../gateway/company.ts';

// Security case 48.
it('whether an entry was changed or removed', async () => {
  const firm = await company({ mode: 'shared' });
  for (let n = 0; n < 4; n++) await firm.call('mallory', 'check-pce-credentials-status');
  const path = join(firm.gateway.folder, 'audit.db');
  const problems = async () => {
    const sql = await openSqlite(path, [AUDIT]);
    const { broken } = await verifyChains(createSqlAudit(sql));
    await sql.close();
    return broken.length;
  };
  expect(await problems()).toBe(0);
  const database = new DatabaseSync(path);
  database.exec("UPDATE audit_entries SET sub = 'jane' WHERE seq = 2");
  expect(await problems()).toBe(1);
  database.exec('DELETE FROM audit_entries WHERE seq = 2');
  expect(await problems()).toBe(1);
  database.close();
  await firm.close();
});

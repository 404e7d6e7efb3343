import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { company } from '../../gateway/company.ts';

// Security cases 30, 47: whoever can write to the database cannot have a key sent elsewhere, nor take over another person's.
it('to another host or for another person', async () => {
  const firm = await company();
  await firm.confirmed('ana', 'register-pce-credentials', firm.key);
  const edit = (statement: string) => {
    const database = new DatabaseSync(join(firm.gateway.folder, 'keys.db'));
    database.exec(statement);
    database.close();
  };
  edit("UPDATE pce_credentials SET pce_port = 1, version = 'edited'");
  expect(await firm.call('ana', 'get-labels')).toMatchObject({ error: 'credentials_unreadable' });
  edit("UPDATE pce_credentials SET sub = 'mallory', version = 'moved'");
  expect(await firm.call('mallory', 'get-labels')).toMatchObject({ error: 'credentials_unreadable' });
  await firm.close();
});

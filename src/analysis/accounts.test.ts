import { expect, it } from 'vitest';
import { accountOf } from './accounts.ts';

it.each([
  ['MRG\\alice', 'alice', 'MRG', 'interactive'],
  ['alice@corp.example', 'alice', 'corp.example', 'interactive'],
  ['Alice', 'alice', null, 'interactive'],
  ['NT AUTHORITY\\SYSTEM', 'system', 'NT AUTHORITY', 'service'],
  ['IIS APPPOOL\\shop', 'shop', 'IIS APPPOOL', 'service'],
  ['Window Manager\\DWM-1', 'dwm-1', 'Window Manager', 'service'],
  ['MRG\\WEB01$', 'web01$', 'MRG', 'service'],
  ['www-data', 'www-data', null, 'service'],
  ['postgres', 'postgres', null, 'service'],
  ['MRG\\svc-sql', 'svc-sql', 'MRG', 'service'],
  ['sa_backup', 'sa_backup', null, 'service'],
  ['sandra', 'sandra', null, 'interactive'],
  ['sysadmin', 'sysadmin', null, 'interactive'],
])('%s', (seen, id, qualifier, kind) => {
  expect(accountOf(seen)).toMatchObject({ id, qualifier, kind, classifiedBecause: expect.any(String) });
});

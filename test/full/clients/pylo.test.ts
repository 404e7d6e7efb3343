import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runPython, withoutPython } from '../../contract/clients/python.ts';
import { asking, type Pce, startPce } from '../../contract/simulator-traffic/harness.ts';

const DIALOGUE = fileURLToPath(new URL('pylo-dialogue.py', import.meta.url));
const missing = withoutPython('illumio_pylo', 'illumio-pylo');

describe.skipIf(missing !== '')(`pylo itself${missing}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'pylo-'));
  let pce: Pce;
  // It speaks HTTPS only, and checks certificates unless told otherwise.
  let secure: Pce;
  beforeAll(async () => {
    pce = await startPce();
    secure = await startPce({ tls: true });
  });
  afterAll(async () => {
    await Promise.all([pce?.close(), secure?.close()]);
    rmSync(folder, { recursive: true });
  });

  test('loads an organisation, writes in bulk, searches rules and events, asks for traffic and for draft decisions', async () => {
    const window = ['2026-02-01T00:00:00+00:00', '2026-03-01T00:00:00+00:00'] as const;
    const rows = await pce.rows(asking({ start_date: window[0], end_date: window[1], max_results: 9000 }));
    const drafts = await pce.json<readonly { readonly rules: readonly unknown[] }[]>(
      'GET',
      '/orgs/1/sec_policy/draft/rule_sets',
    );
    const { workloads, labels, ruleSets } = pce.world.estate;
    const authority = join(folder, 'ca.pem');
    writeFileSync(authority, secure.ca ?? '');
    const found = await runPython(
      DIALOGUE,
      [secure.host, String(secure.port), String(secure.orgId), secure.apiKey, secure.apiSecret, ...window],
      { REQUESTS_CA_BUNDLE: authority, HOME: folder },
    );
    const managed = workloads.filter((workload) => workload.managed).length;
    expect(found).toEqual({
      version: expect.stringMatching(/^25\.2\.\d+/),
      health: [expect.any(String)],
      labels: labels.length,
      workloads: workloads.length,
      managed,
      rule_sets: ruleSets.length,
      rules: drafts.flatMap(({ rules }) => rules).length,
      counted: workloads.length,
      asynchronous: workloads.length,
      bulk: ['created', 'created'],
      relabelled: ['updated', 'updated'],
      rule: [1, 'by pylo'],
      labelled: ['pylo-1', 'pylo-2'],
      searched: [true],
      audited: true,
      afterwards: workloads.length,
      duplicate: true,
      flows: rows.length,
      connections: rows.reduce((sum, row) => sum + row.num_connections, 0),
      drafted: rows.length,
    });
  });
});

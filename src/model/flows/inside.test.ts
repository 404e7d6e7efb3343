import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { questionsOf } from './ask.ts';
import { partyOf } from './party.ts';
import { endpointOf } from './endpoint.ts';
import type { FlowRecord } from './record.ts';
import { flowRecord } from './records.test-support.ts';
import { FlowTable } from './table.ts';

const records = fc.array(flowRecord, { maxLength: 40 });
const tableOf = (rows: readonly FlowRecord[]): FlowTable => {
  const table = new FlowTable();
  for (const row of rows) table.append(row);
  table.seal();
  return table;
};
const connections = (rows: readonly FlowRecord[]): number =>
  rows.reduce((sum, row) => sum + Number(row.num_connections), 0);
const port = (row: FlowRecord): string | null =>
  typeof row.service?.port === 'number' ? String(row.service.port) : null;

test('what is inside a group is what a naive count over its rows finds, busiest first', () => {
  fc.assert(
    fc.property(records, fc.integer({ min: 0, max: 3 }), (rows, top) => {
      const { groups } = questionsOf(tableOf(rows)).ask({
        by: ['policy'],
        inside: [{ by: ['port'], top }],
        limit: 100,
      });
      for (const { key, inside: [told] = [] } of groups) {
        const own = rows.filter((row) => row.policy_decision === key[0] && port(row) !== null);
        const expected = [...Map.groupBy(own, port)]
          .map(([value, same]) => ({ key: [value], connections: connections(same) }))
          .sort((a, b) => b.connections - a.connections || (String(a.key[0]) < String(b.key[0]) ? -1 : 1));
        expect(told).toEqual({ count: expected.length, top: expected.slice(0, top) });
      }
    }),
  );
});

test('parties are named by the labels asked for, and to-many traffic by what it is', () => {
  fc.assert(
    fc.property(records, fc.constantFrom(['app'], ['env', 'app']), (rows, identity) => {
      const name = (row: FlowRecord): string => {
        const end = endpointOf(row.dst ?? {});
        return end.workload === null && row.transmission === 'broadcast' ? 'broadcast' : partyOf(end, identity);
      };
      const { groups } = questionsOf(tableOf(rows)).ask({ by: ['destination_party'], identity, limit: 1_000 });
      const expected = Object.fromEntries(
        [...Map.groupBy(rows, name)].map(([party, same]) => [party, connections(same)]),
      );
      expect(Object.fromEntries(groups.map((group) => [group.key[0], group.connections]))).toEqual(expected);
    }),
  );
});

test('rows taken out of a table are as if they had never been in it', () => {
  fc.assert(
    fc.property(records, records, records, (kept, dropped, later) => {
      const table = new FlowTable();
      for (const row of [...kept, ...dropped]) table.append(row);
      table.truncate(kept.length);
      for (const row of later) table.append(row);
      table.seal();
      const questions = questionsOf(table);
      const expected = questionsOf(tableOf([...kept, ...later]));
      expect(questions.totals()).toEqual(expected.totals());
      const grouping = { by: ['source', 'destination', 'port', 'policy', 'process', 'icmp'], limit: 1_000 } as const;
      expect(questions.ask(grouping)).toEqual(expected.ask(grouping));
    }),
  );
});

import { numberOf, type Row, sums, textOf } from './ask.ts';
import { answer, type Draw, some, toneOf } from './draw.ts';
import { bars, flow, legend, type Link } from './svg.ts';

const POLICY = legend([
  ['green', 'allowed'],
  ['amber', 'potentially blocked'],
  ['red', 'blocked'],
]);

const SHOWN = 8;

/** Left who calls, right who is called, the largest of each. */
export const application: Draw = (answers) => {
  const { rows, sentence } = answer(answers);
  const [inbound, outbound] = ['inbound', 'outbound'].map((direction) =>
    rows.filter((row) => row['direction'] === direction),
  );
  const largest = (all: readonly Row[] = [], end: 'from' | 'to'): readonly string[] =>
    sums(
      all,
      (row) => textOf(row, end),
      (row) => numberOf(row, 'connections'),
    )
      .slice(0, SHOWN)
      .map(([peer]) => peer);
  const sources = some(largest(inbound, 'from'), 'inbound peers');
  const targets = some(largest(outbound, 'to'), 'outbound peers');
  const centre = 'ordering (prod)';
  const links = [
    ...sources.map((peer) => link(inbound ?? [], 'from', peer, centre)),
    ...targets.map((peer) => link(outbound ?? [], 'to', peer, centre)),
  ];
  // A peer may call and be called: the two columns must not share a name.
  const right = targets.map((peer) => (sources.includes(peer) ? `${peer} ` : peer));
  const named = links.map((one) =>
    one.from === centre && sources.includes(one.to) ? { ...one, to: `${one.to} ` } : one,
  );
  return { sentence, forms: [POLICY, flow([sources, [centre], right], named)] };
};

function link(rows: readonly Row[], end: 'from' | 'to', peer: string, centre: string): Link {
  const own = rows.filter((row) => textOf(row, end) === peer);
  const weight = own.reduce((sum, row) => sum + numberOf(row, 'connections'), 0);
  const [most] = sums(
    own,
    (row) => textOf(row, 'policy'),
    (row) => numberOf(row, 'connections'),
  );
  const tone = toneOf(most?.[0] ?? '');
  return end === 'from' ? { from: peer, to: centre, weight, tone } : { from: centre, to: peer, weight, tone };
}

/** Tier to tier inside the application. */
export const tiers: Draw = (answers) => {
  const { rows } = answer(answers);
  const intra = some(
    rows.filter((row) => row['direction'] === 'intra'),
    'traffic between tiers',
  );
  const left = [...new Set(intra.map((row) => textOf(row, 'from')))];
  const right = [...new Set(intra.map((row) => `${textOf(row, 'to')} `))];
  const links = intra.map((row) => ({
    from: textOf(row, 'from'),
    to: `${textOf(row, 'to')} `,
    weight: numberOf(row, 'connections'),
    tone: toneOf(textOf(row, 'policy')),
    note: `${textOf(row, 'port')}/${textOf(row, 'proto')} ${textOf(row, 'service')}`,
  }));
  const total = links.reduce((sum, { weight }) => sum + weight, 0);
  return {
    sentence: `${left.length} tiers call ${right.length} tiers in ${total.toLocaleString('en-US')} connections.`,
    forms: [POLICY, flow([left, right], links)],
  };
};

export const workloadTraffic: Draw = (answers) => {
  const { rows, sentence } = answer(answers);
  return {
    sentence,
    forms: [
      POLICY,
      bars(
        rows.slice(0, 12).map((row) => ({
          label: `${textOf(row, 'direction') === 'inbound' ? 'from' : 'to'} ${textOf(row, 'peer')}`,
          parts: [{ value: numberOf(row, 'connections'), tone: toneOf(textOf(row, 'policy')) }],
          note: `${numberOf(row, 'connections').toLocaleString('en-US')} on ${textOf(row, 'services')}`,
        })),
      ),
    ],
  };
};

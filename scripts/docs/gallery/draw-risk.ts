import { numberOf, sums, textOf } from './ask.ts';
import { answer, type Draw, some, toneOf } from './draw.ts';
import { bars, cards, grid, legend } from './svg.ts';

export const securityReport: Draw = (answers) => {
  const [status, general, unmanaged] = [answer(answers, 0), answer(answers, 1), answer(answers, 2)];
  const risky = unmanaged.rows.filter((row) => textOf(row, 'risk') !== '');
  const mixed = status.rows.filter((row) => row['is_mixed'] === true);
  return {
    sentence: status.sentence,
    forms: [
      cards([
        {
          value: `${numberOf(general.totals, 'passed')} of ${numberOf(general.totals, 'total_checks')}`,
          label: 'general controls pass',
          tone: 'red',
        },
        { value: String(mixed.length), label: 'applications with mixed modes', tone: 'amber' },
        { value: String(risky.length), label: 'risky edges with unknown hosts', tone: 'red' },
        { value: String(status.rows.length), label: 'applications', tone: 'blue' },
      ]),
      grid(
        [
          { title: 'Status', width: 90 },
          { title: 'Control', width: 300 },
          { title: 'Evidence', width: 482 },
        ],
        general.rows.map((row) => [
          { text: textOf(row, 'status'), tone: toneOf(textOf(row, 'status')) },
          textOf(row, 'name'),
          textOf(row, 'detail'),
        ]),
      ),
    ],
  };
};

export const highRisk: Draw = (answers) => {
  const { rows, sentence } = answer(answers);
  const risky = some(
    rows.filter((row) => textOf(row, 'risk') !== ''),
    'risky traffic',
  );
  return {
    sentence,
    forms: [
      grid(
        [
          { title: 'From', width: 150 },
          { title: 'To', width: 150 },
          { title: 'Service', width: 110 },
          { title: 'Policy', width: 170 },
          { title: 'Connections', width: 100 },
          { title: 'Why', width: 190 },
        ],
        risky
          .slice(0, 15)
          .map((row) => [
            textOf(row, 'src_ip'),
            `${textOf(row, 'dst_app')} (${textOf(row, 'dst_env')})`,
            `${textOf(row, 'port')} ${textOf(row, 'service')}`,
            { text: textOf(row, 'policy'), tone: toneOf(textOf(row, 'policy')) },
            numberOf(row, 'connections').toLocaleString('en-US'),
            textOf(row, 'risk'),
          ]),
      ),
    ],
  };
};

/** Every control of a framework with its status. */
export const frameworkOf =
  (title: string): Draw =>
  (answers) => {
    const { rows, sentence } = answer(answers);
    const counts = sums(
      rows,
      (row) => textOf(row, 'status'),
      () => 1,
    );
    return {
      sentence: sentence || title,
      forms: [
        cards(
          counts.map(([status, count]) => ({
            value: String(count),
            label: status.replace('_', ' '),
            tone: toneOf(status),
          })),
        ),
        grid(
          [
            { title: 'Control', width: 70 },
            { title: '', width: 330 },
            { title: 'Status', width: 130 },
            { title: 'Evidence', width: 342 },
          ],
          rows.map((row) => [
            textOf(row, 'id'),
            textOf(row, 'name'),
            { text: textOf(row, 'status'), tone: toneOf(textOf(row, 'status')) },
            textOf(row, 'detail'),
          ]),
        ),
      ],
    };
  };

/** What fails, and the objects it shows at. */
export const remediation: Draw = (answers) => {
  const { rows, sentence } = answer(answers);
  const open = some(
    rows.filter((row) => textOf(row, 'status') === 'FAIL'),
    'failing controls',
  );
  return {
    sentence,
    forms: [
      grid(
        [
          { title: 'No.', width: 40 },
          { title: 'Fix', width: 290 },
          { title: 'Where', width: 542 },
        ],
        open.map((row, index) => [
          String(index + 1),
          textOf(row, 'name'),
          textOf(row, 'objects') || textOf(row, 'detail'),
        ]),
      ),
    ],
  };
};

export const rulesToAdd: Draw = (answers) => {
  const { rows, sentence } = answer(answers);
  const planned = some(
    rows.filter((row) => ['planned', 'review'].includes(textOf(row, 'placement'))),
    'proposed rules',
  );
  return {
    sentence,
    forms: [
      legend([
        ['green', 'planned'],
        ['amber', 'to be reviewed'],
      ]),
      bars(
        planned.slice(0, 14).map((row) => ({
          label: `${textOf(row, 'consumers').replaceAll('env=prod ', '')} → ${textOf(row, 'providers')}`,
          parts: [
            {
              value: numberOf(row, 'connections'),
              tone: textOf(row, 'placement') === 'planned' ? ('green' as const) : ('amber' as const),
            },
          ],
          note: `${numberOf(row, 'connections').toLocaleString('en-US')} on ${textOf(row, 'services')}`,
        })),
      ),
    ],
  };
};

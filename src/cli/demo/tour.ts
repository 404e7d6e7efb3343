import type { Client } from '@modelcontextprotocol/client';
import { isObject } from '../../core/json.ts';
import { plural } from '../../tools/listing.ts';
import { type Question, QUESTIONS } from './questions.ts';
import { table, type Terminal } from './terminal.ts';

const INDENT = '   ';

/** Asks every question over the wire and prints question, call and answer. Returns how many calls failed. */
export async function tour(client: Client, out: Terminal): Promise<number> {
  let failed = 0;
  for (const [index, question] of QUESTIONS.entries()) {
    out.lines(['']);
    out.paragraph(`${index + 1}. ${question.ask}`, { style: 'bold' });
    out.paragraph(`${question.tool} ${JSON.stringify(question.args)}`, { indent: `${INDENT}-> `, style: 'cyan' });
    if (!(await stop(client, question, out))) failed += 1;
  }
  return failed;
}

async function stop(client: Client, question: Question, out: Terminal): Promise<boolean> {
  try {
    const result = await client.callTool(
      { name: question.tool, arguments: { ...question.args } },
      {
        onprogress: ({ message, progress, total }) =>
          out.progress(`${message ?? 'working'}${total === undefined ? '' : ` ${Math.round(progress)} of ${total}`}`),
        resetTimeoutOnProgress: true,
      },
    );
    out.done();
    const structured = result.structuredContent;
    if (result.isError === true || !isObject(structured)) {
      out.paragraph(textOf(result.content), { indent: INDENT, style: 'red' });
      return false;
    }
    out.paragraph(String(structured['answer']), { indent: INDENT, style: 'green' });
    printRows(question, structured, out);
    out.paragraph(coverageText(structured['coverage']), { indent: INDENT, style: 'dim' });
    return true;
  } catch (error) {
    out.done();
    out.paragraph(error instanceof Error ? error.message : String(error), { indent: INDENT, style: 'red' });
    return false;
  }
}

function printRows(
  { show, section, rows, maxCell = 34 }: Question,
  structured: Readonly<Record<string, unknown>>,
  out: Terminal,
): void {
  const items = Array.isArray(structured['items']) ? structured['items'].filter(isObject) : [];
  const wanted = items.filter((item) => section === undefined || item['section'] === section);
  if (wanted.length === 0 || rows === 0) return;
  const shown = wanted.slice(0, rows).map((item) => show.map((field) => cell(item[field])));
  const lines = table(
    show.map((field) => field.replaceAll('_', ' ')),
    shown,
    { maxCell },
  );
  out.lines(['', ...lines.map((line) => `${INDENT}${line}`)]);
  const more = structured['cursor'] === undefined ? wanted.length - shown.length : null;
  if (more !== 0) out.paragraph(more === null ? '… and more, a cursor away' : `… and ${more} more`, { indent: INDENT });
  out.lines(['']);
}

function cell(value: unknown): string | number {
  if (typeof value === 'number') return value;
  if (Array.isArray(value)) return value.map(cell).join(', ');
  if (isObject(value))
    return Object.entries(value)
      .map(([key, count]) => `${key} ${cell(count)}`)
      .join(', ');
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return typeof value === 'string' ? value : '';
}

function coverageText(coverage: unknown): string {
  if (!isObject(coverage)) return '';
  const gaps = Array.isArray(coverage['gaps']) ? coverage['gaps'].map(String) : [];
  const whole = coverage['truncated'] === true ? 'not complete' : 'complete';
  const rest = gaps.length === 0 ? '' : ` Not covered: ${gaps.join('; ')}.`;
  return `Looked at ${plural(Number(coverage['rows_read']), 'row')}, ${whole}.${rest}`;
}

const textOf = (content: unknown): string =>
  (Array.isArray(content) ? content : [])
    .filter(isObject)
    .map(({ text }) => String(text))
    .join('\n');

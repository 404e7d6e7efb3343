import { parentPort } from 'node:worker_threads';
import { asFailure } from '../core/errors.ts';
import { questionsOf } from '../model/flows/ask.ts';
import { type FromWorker, plainFailure, type ToWorker } from './protocol.ts';
import { type TableLoad, tableLoad } from './table-load.ts';

/** A load, and the end of what it has been given to do: its messages are worked off one after another. */
interface Loading {
  readonly load: TableLoad;
  done: Promise<void>;
}

const loading = new Map<number, Loading>();
const tables = new Map<number, ReturnType<typeof questionsOf>>();

const tell = (message: FromWorker): void => parentPort?.postMessage(message, []);

/** Runs the next step of a load unless it failed or was dropped meanwhile. */
function step(table: number, work: (load: TableLoad) => Promise<void>): void {
  const entry = loading.get(table);
  if (entry === undefined) return;
  const previous = entry.done;
  entry.done = (async () => {
    await previous;
    if (loading.get(table) !== entry) return;
    try {
      await work(entry.load);
    } catch (error) {
      loading.delete(table);
      tell({ type: 'load-failed', table, failure: plainFailure(asFailure(error)) });
    }
  })();
}

function finish(table: number): void {
  step(table, async (load) => {
    const questions = questionsOf(await load.end());
    // Dropped while it ended: nobody would ever free it.
    if (!loading.delete(table)) return;
    tables.set(table, questions);
    tell({ type: 'loaded', table, totals: questions.totals(), labelKeys: questions.labelKeys() });
  });
}

function receive(message: ToWorker): void {
  const { table } = message;
  switch (message.type) {
    case 'load':
      loading.set(table, { load: tableLoad(message), done: Promise.resolve() });
      return;
    case 'block':
      step(table, async (load) => {
        await load.push(new Uint8Array(message.bytes));
        tell({ type: 'taken', table, rows: load.rows });
      });
      return;
    case 'end':
      finish(table);
      return;
    case 'drop':
      loading.delete(table);
      tables.delete(table);
      return;
    case 'ask':
      answer(message);
  }
}

function answer({ table, question, grouping }: Extract<ToWorker, { type: 'ask' }>): void {
  try {
    const questions = tables.get(table);
    if (questions === undefined) throw new Error(`no flow table ${table}`);
    tell({ type: 'answered', question, answer: questions.ask(grouping) });
  } catch (error) {
    tell({ type: 'ask-failed', question, failure: plainFailure(asFailure(error)) });
  }
}

parentPort?.on('message', receive);

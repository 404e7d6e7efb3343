import { parentPort } from 'node:worker_threads';
import { asFailure } from '../core/errors.ts';
import { questionsOf } from '../model/flows/ask.ts';
import type { FlowTable } from '../model/flows/table.ts';
import { judgeTable } from '../model/impact/judge.ts';
import { compilePolicy, decide } from '../model/policy/index.ts';
import { type FromWorker, plainFailure, type ToWorker, type WorkerAnswers, type WorkerQuestion } from './protocol.ts';
import { type TableLoad, tableLoad } from './table-load.ts';

/** A load, and the end of what it has been given to do: its messages are worked off one after another. */
interface Loading {
  readonly load: TableLoad;
  done: Promise<void>;
  /** A download failed: what is still coming of it is thrown away. */
  failed: boolean;
}

const loading = new Map<number, Loading>();
const tables = new Map<number, { readonly table: FlowTable; readonly questions: ReturnType<typeof questionsOf> }>();

const tell = (message: FromWorker): void => parentPort?.postMessage(message, []);

/** Runs the next step of a load unless its download failed or it was dropped meanwhile. */
function step(table: number, work: (load: TableLoad) => void | Promise<void>): void {
  const entry = loading.get(table);
  if (entry === undefined) return;
  const previous = entry.done;
  entry.done = (async () => {
    await previous;
    if (loading.get(table) !== entry || entry.failed) return;
    try {
      await work(entry.load);
    } catch (error) {
      entry.failed = true;
      tell({ type: 'load-failed', table, failure: plainFailure(asFailure(error)) });
    }
  })();
}

/** The load of a table, begun by whatever comes of it first. */
function open(table: number): void {
  if (!loading.has(table)) loading.set(table, { load: tableLoad(), done: Promise.resolve(), failed: false });
}

function begin({ table, ...download }: Extract<ToWorker, { type: 'load' }>): void {
  open(table);
  step(table, (load) => load.begin(download));
}

function takeBack(table: number): void {
  const entry = loading.get(table);
  if (entry === undefined) return;
  const previous = entry.done;
  entry.done = (async () => {
    await previous;
    entry.load.takeBack();
    entry.failed = false;
  })();
}

function seal(table: number): void {
  open(table);
  step(table, (load) => {
    const flows = load.seal();
    const questions = questionsOf(flows);
    loading.delete(table);
    tables.set(table, { table: flows, questions });
    tell({ type: 'loaded', table, totals: questions.totals(), labelKeys: questions.labelKeys() });
  });
}

function receive(message: ToWorker): void {
  if (message.type === 'ask') {
    answer(message);
    return;
  }
  const { table } = message;
  switch (message.type) {
    case 'load':
      begin(message);
      return;
    case 'block':
      step(table, async (load) => {
        for (const bytes of message.bytes) {
          await load.push(bytes);
          // Freed at once: until the garbage collector comes, hundreds of megabytes may have passed.
          bytes.buffer.transfer(0);
        }
        tell({ type: 'taken', table, rows: load.rows });
      });
      return;
    case 'end':
      step(table, async (load) => tell({ type: 'read', table, rows: await load.end() }));
      return;
    case 'take-back':
      takeBack(table);
      return;
    case 'seal':
      seal(table);
      return;
    case 'drop':
      loading.delete(table);
      tables.delete(table);
  }
}

function answerOf(asked: WorkerQuestion): WorkerAnswers[keyof WorkerAnswers] {
  if (asked.kind === 'decide') {
    const policy = compilePolicy(asked.policy);
    return asked.flows.map((flow) => decide(policy, flow));
  }
  const held = tables.get(asked.table);
  if (held === undefined) throw new Error(`no flow table ${asked.table}`);
  return asked.kind === 'judge' ? judgeTable(held.table, asked.job) : held.questions.ask(asked.grouping);
}

function answer(message: Extract<ToWorker, { type: 'ask' }>): void {
  const { question } = message;
  try {
    tell({ type: 'answered', question, answer: answerOf(message) });
  } catch (error) {
    tell({ type: 'ask-failed', question, failure: plainFailure(asFailure(error)) });
  }
}

parentPort?.on('message', receive);

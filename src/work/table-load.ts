import { Failure } from '../core/errors.ts';
import { csvReader } from '../model/flows/csv-reader.ts';
import { jsonReader } from '../model/flows/json-reader.ts';
import type { FlowReader } from '../model/flows/reader.ts';
import { FlowTable } from '../model/flows/table.ts';
import type { FlowDownload } from './flows.ts';
import { type ByteSink, gunzipSink, plainSink } from './inflate.ts';

const GZIP_MAGIC = [0x1f, 0x8b] as const;
const isGzip = (bytes: Uint8Array): boolean => bytes[0] === GZIP_MAGIC[0] && bytes[1] === GZIP_MAGIC[1];

/** A table being built from the bytes of downloads, one after the other. */
export interface TableLoad {
  readonly rows: number;
  /** The next download begins. */
  begin(download: Pick<FlowDownload, 'encoding' | 'format'>): void;
  push(bytes: Uint8Array): Promise<void>;
  /** The download is over; how many rows it had. */
  end(): Promise<number>;
  /** Takes the rows of the last download out again, as far as it came. */
  takeBack(): void;
  /** The finished table. */
  seal(): FlowTable;
}

interface Reading {
  readonly reader: FlowReader;
  readonly encoding: FlowDownload['encoding'];
  sink: ByteSink | undefined;
}

export function tableLoad(): TableLoad {
  const table = new FlowTable();
  let rowsBefore = 0;
  let reading: Reading | undefined;

  const current = (): Reading => {
    if (reading === undefined) throw new Failure('internal', { message: 'No traffic download is being read.' });
    return reading;
  };

  return {
    get rows() {
      return table.rows;
    },
    begin({ encoding, format = 'json' }) {
      rowsBefore = table.rows;
      reading = { reader: format === 'csv' ? csvReader(table) : jsonReader(table), encoding, sink: undefined };
    },
    push(bytes) {
      const { reader, encoding } = current();
      const take = (plain: Uint8Array): void => reader.push(plain);
      const sink = current().sink ?? (encoding === 'gzip' || isGzip(bytes) ? gunzipSink(take) : plainSink(take));
      current().sink = sink;
      return sink.push(bytes);
    },
    async end() {
      const { reader, sink } = current();
      await sink?.end();
      await reader.end();
      reading = undefined;
      return table.rows - rowsBefore;
    },
    takeBack() {
      reading = undefined;
      table.truncate(rowsBefore);
    },
    seal() {
      table.seal();
      return table;
    },
  };
}

import { csvReader } from '../model/flows/csv-reader.ts';
import { jsonReader } from '../model/flows/json-reader.ts';
import { FlowTable } from '../model/flows/table.ts';
import type { FlowDownload } from './flows.ts';
import { type ByteSink, gunzipSink, plainSink } from './inflate.ts';

const GZIP_MAGIC = [0x1f, 0x8b] as const;
const isGzip = (bytes: Uint8Array): boolean => bytes[0] === GZIP_MAGIC[0] && bytes[1] === GZIP_MAGIC[1];

/** A table being built from the bytes of a download. */
export interface TableLoad {
  readonly rows: number;
  push(bytes: Uint8Array): Promise<void>;
  /** The finished table. */
  end(): Promise<FlowTable>;
}

export function tableLoad({ encoding, format = 'json' }: Pick<FlowDownload, 'encoding' | 'format'>): TableLoad {
  const table = new FlowTable();
  const reader = format === 'csv' ? csvReader(table) : jsonReader(table);
  const take = (bytes: Uint8Array): void => reader.push(bytes);
  let sink: ByteSink | undefined;
  return {
    get rows() {
      return table.rows;
    },
    push(bytes) {
      sink ??= encoding === 'gzip' || isGzip(bytes) ? gunzipSink(take) : plainSink(take);
      return sink.push(bytes);
    },
    async end() {
      await sink?.end();
      await reader.end();
      table.seal();
      return table;
    },
  };
}

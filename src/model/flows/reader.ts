/**
 * Takes the bytes of a download as they come and fills a table; `end` fails with `pce_bad_answer` unless the download was whole. The memory of
 * a chunk is its owner's again when `push` returns.
 */
export interface FlowReader {
  push(chunk: Uint8Array): void;
  end(): Promise<void>;
}

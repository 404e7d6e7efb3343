/** Bytes per message to a worker: a message costs more than its bytes. */
const BLOCK_BYTES = 256 * 1024;

/** Bytes that may be transferred to another thread, in order. */
export type Block = readonly Uint8Array<ArrayBuffer>[];

/**
 * The chunk itself where it is alone in its memory, else a copy: a window of a pooled buffer stays its owner's. What is given away is freed
 * by the thread that reads it; copies of everything would wait for the garbage collector of one that has no other reason to run it.
 */
function movable(chunk: Uint8Array): Uint8Array<ArrayBuffer> {
  const { buffer, byteLength } = chunk;
  const isAlone = buffer instanceof ArrayBuffer && buffer.byteLength === byteLength;
  return isAlone ? new Uint8Array(buffer) : new Uint8Array(chunk);
}

/** Chunks gathered to blocks. The chunks are given away. */
export async function* blocksOf(
  chunks: AsyncIterable<Uint8Array>,
  blockBytes: number = BLOCK_BYTES,
): AsyncGenerator<Block> {
  let block: Uint8Array<ArrayBuffer>[] = [];
  let bytes = 0;
  for await (const chunk of chunks) {
    if (chunk.length === 0) continue;
    bytes += chunk.length;
    block.push(movable(chunk));
    if (bytes < blockBytes) continue;
    yield block;
    block = [];
    bytes = 0;
  }
  if (bytes > 0) yield block;
}

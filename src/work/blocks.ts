/** Bytes per message to a worker. */
const BLOCK_BYTES = 256 * 1024;

/**
 * Chunks as blocks that may be transferred to another thread: copied, because a chunk may be a window of a pooled buffer that its owner
 * goes on using, and gathered, because a message costs more than a copy.
 */
export async function* blocksOf(
  chunks: AsyncIterable<Uint8Array>,
  blockBytes: number = BLOCK_BYTES,
): AsyncGenerator<ArrayBuffer> {
  let block = new Uint8Array(blockBytes);
  let used = 0;
  for await (const chunk of chunks) {
    for (let from = 0; from < chunk.length; ) {
      const part = chunk.subarray(from, from + blockBytes - used);
      block.set(part, used);
      used += part.length;
      from += part.length;
      if (used < blockBytes) continue;
      yield block.buffer;
      block = new Uint8Array(blockBytes);
      used = 0;
    }
  }
  if (used > 0) yield block.buffer.slice(0, used);
}

import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { build } from 'rolldown';
import { bundle } from '../../scripts/build.ts';
import { type Bench, measurement, median } from '../bench.ts';

const RUNS = 21;
const OUT = fileURLToPath(new URL('../../.bench/', import.meta.url));
const PROTOCOL = '2026-07-28';
const META = {
  'io.modelcontextprotocol/protocolVersion': PROTOCOL,
  'io.modelcontextprotocol/clientCapabilities': {},
};

/** From spawning the process to the answer of its first `tools/list`, asked for at once. */
export default {
  name: 'start-up',
  about: `first tools/list of the bundle beside a bare SDK server with one tool, median of ${RUNS} starts each`,
  async run() {
    await bundle(`${OUT}dist`);
    await build({
      input: fileURLToPath(new URL('../fixtures/bare-server.ts', import.meta.url)),
      platform: 'node',
      output: { file: `${OUT}bare-server.js`, format: 'esm', minify: true },
    });
    const ours: number[] = [];
    const bare: number[] = [];
    // Taken in turns, so that a busy moment of the machine hits both.
    for (let run = 0; run < RUNS + 1; run++) {
      const times = [await firstList(`${OUT}dist/illumio-mcp.js`), await firstList(`${OUT}bare-server.js`)] as const;
      if (run === 0) continue; // fills the compile caches
      ours.push(times[0]);
      bare.push(times[1]);
    }
    return { 'start-up': measurement(median(ours), 'ms', median(bare)) };
  },
} satisfies Bench;

async function firstList(file: string): Promise<number> {
  const start = performance.now();
  const child = spawn(process.execPath, [file], { stdio: ['pipe', 'pipe', 'ignore'] });
  child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list', params: { _meta: META } })}\n`);
  try {
    for await (const line of createInterface({ input: child.stdout })) {
      const answer: unknown = JSON.parse(line);
      if (!JSON.stringify(answer).includes('"tools"'))
        throw new Error(`unexpected first answer: ${line.slice(0, 200)}`);
      return performance.now() - start;
    }
    throw new Error(`${file} ended without an answer`);
  } finally {
    child.stdin.end();
    child.kill();
  }
}

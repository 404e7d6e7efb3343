import { flowTables } from '../../src/work/flow-tables.ts';
import { callTool } from '../../test/catalogue/call.ts';
import { appMesh, GRAPH_TOOLS } from '../../test/risk/app-mesh.ts';
import { type Bench, best, type Measurement, measurement } from '../bench.ts';

const APPS = 2_000;
const [HALF, WHOLE] = [50_000, 100_000];
const ROUNDS = 3;
/** Processor time of all threads: what others do on the machine does not count. */
function cpuMs(since: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1_000;
}

/** Twice the edges may take so many times as long: near linear. */
const GROWTH = 2.3;

export default {
  name: 'graph-tools',
  about: `every tool that walks a graph, on ${APPS} applications: ${WHOLE} edges beside ${GROWTH} times the processor time that ${HALF} take, best of ${ROUNDS} rounds`,
  async run() {
    const flows = flowTables();
    const meshes = [HALF, WHOLE].map((edges) => appMesh(APPS, edges));
    const times = new Map<string, readonly [number[], number[]]>(GRAPH_TOOLS.map(({ tool }) => [tool.name, [[], []]]));
    for (let round = 0; round < ROUNDS; round++)
      for (const { tool, args } of GRAPH_TOOLS)
        for (const [at, pce] of meshes.entries()) {
          // Another PCE each time, so that no table is there already.
          const fresh = pce();
          const before = process.cpuUsage();
          const { isError, text } = await callTool(tool, args, { pce: fresh, flows });
          if (isError) throw new Error(text);
          times.get(tool.name)?.[at]?.push(cpuMs(before));
        }
    await flows.close();
    const results: Record<string, Measurement> = {};
    for (const [name, [half, whole]] of times)
      results[`graph-${name}`] = measurement(best(whole), 'ms', best(half) * GROWTH);
    return results;
  },
} satisfies Bench;

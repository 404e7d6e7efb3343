import { type Bench, measurement, median } from '../bench.ts';
import { runFixture, startSimulatorProcess } from '../simulator-process.ts';

interface Cost {
  readonly ms: number;
  readonly bytes: number;
}

const RUNS = 3;
const MIB = 1024 * 1024;

export default {
  name: 'get-workloads-xl',
  about:
    '25,000 workloads read, checked and turned into model values, beside reading and JSON.parse-ing the same answer',
  async run() {
    const simulator = await startSimulatorProcess(['--profile', 'xl', '--rate-limit', 'off']);
    try {
      const costs: Record<'ours' | 'bare', Cost[]> = { ours: [], bare: [] };
      for (let run = 0; run < RUNS; run++)
        for (const side of ['ours', 'bare'] as const)
          costs[side].push(await runFixture<Cost>('xl-workloads', [side], simulator.connection));
      const of = (side: 'ours' | 'bare', field: keyof Cost): number => median(costs[side].map((cost) => cost[field]));
      return {
        'get-workloads-xl-time': measurement(of('ours', 'ms'), 'ms', of('bare', 'ms')),
        'get-workloads-xl-memory': measurement(of('ours', 'bytes') / MIB, 'MiB', of('bare', 'bytes') / MIB),
      };
    } finally {
      simulator.stop();
    }
  },
} satisfies Bench;

import { createSimulator } from '../../src/simulator/simulator.ts';
import { simulatorRoutes } from '../../src/cli/pce-sim-routes.ts';
import { NOT_SERVED } from '../../src/simulator/not-served.ts';
import { code, GENERATED, prose, table } from './markdown.ts';
import type { Page } from './page.ts';

/** Every call the simulated PCE answers: the API's, and those below `/_sim` that steer it. */
export async function simulatorPage(): Promise<Page> {
  const simulator = await createSimulator({ profile: 'small' });
  try {
    // The control endpoint lists its calls to whoever asks for one that does not exist.
    const answer = await fetch(`${simulator.url}/_sim`);
    const { routes } = (await answer.json()) as {
      readonly routes: readonly { readonly call: string; readonly does: string }[];
    };
    const api = simulatorRoutes(false, '26.3')
      .trimEnd()
      .split('\n')
      .map((line) => line.trim().split(/\s+/))
      .map(([method = '', path = '', needs = '']) => [code(`${method} ${path}`), needs.replaceAll(/[()]/g, '')]);
    return {
      path: 'docs/reference/simulator.md',
      content: `${GENERATED}

# Calls of the simulated PCE

How to use it: [the simulator guide](../simulator.md).

## Steering it

From this machine only, without credentials:

${table(
  ['Call', 'Does'],
  routes.map(({ call, does }) => [code(call), prose(does)]),
)}

## The API

${api.length} calls below \`/api/v2\`. The second column says what the key must be allowed to.

${table(['Call', 'Needs'], api)}

A few of them come with a later release than the 25.2 it is by default: ${code('src/simulator/versions.ts')}.

## Published calls it does not answer

${table(
  ['Call', 'Why'],
  NOT_SERVED.map(([call, reason]) => [code(call), prose(reason)]),
)}
`,
    };
  } finally {
    await simulator.close();
  }
}

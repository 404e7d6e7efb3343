import { afterAll, beforeAll, expect, it } from 'vitest';
import { createSimulator, type Simulator } from '../../src/simulator/simulator.ts';
import { connectStdio, REVISIONS } from '../protocol/clients.ts';
import { built, pointingAt, sandbox } from '../protocol/programs.ts';

let box: Awaited<ReturnType<typeof sandbox>>;
let pce: Simulator;
let bundle: string;
beforeAll(async () => {
  box = await sandbox();
  [bundle, pce] = await Promise.all([built(box.folder), createSimulator({ profile: 'small' })]);
});
afterAll(async () => {
  await pce.close();
  await box.remove();
});

it('the bundle gives the same prompts, resources and completions in every revision', async () => {
  const seen = await Promise.all(
    REVISIONS.map(async (revision) => {
      const { client } = await connectStdio(revision, box.program(bundle, [], pointingAt(pce)));
      try {
        const { capabilities } = { capabilities: client.getServerCapabilities() };
        expect(capabilities).toMatchObject({ prompts: {}, resources: {}, completions: {} });
        const { prompts } = await client.listPrompts();
        const { resources } = await client.listResources();
        const { resourceTemplates } = await client.listResourceTemplates();
        const { messages } = await client.getPrompt({ name: 'review-rules' });
        const texts = [];
        for (const uri of ['illumio://services?name=HTTPS', 'illumio://changelog', 'illumio://compliance/dora'])
          texts.push((await client.readResource({ uri })).contents);
        const { completion } = await client.complete({
          ref: { type: 'ref/prompt', name: 'ringfence-application' },
          argument: { name: 'application_name', value: 'pay' },
        });
        await expect(client.getPrompt({ name: 'ringfence-application' })).rejects.toMatchObject({ code: -32602 });
        await expect(client.readResource({ uri: 'illumio://nothing' })).rejects.toMatchObject({ code: -32602 });
        return { prompts, resources, resourceTemplates, messages, texts, completion };
      } finally {
        await client.close();
      }
    }),
  );
  for (const one of seen) expect(one).toEqual(seen[0]);
  const [first] = seen;
  expect(first?.prompts.map(({ name }) => name)).toContain('daily-brief');
  expect(first?.completion.values).toEqual(['payments']);
  expect(JSON.stringify(first?.texts)).toContain('# Changelog');
  expect(JSON.stringify(first?.texts)).toContain('443');
});

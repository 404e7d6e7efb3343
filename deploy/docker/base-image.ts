import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

interface BaseOptions {
  /** What the image is called. */
  readonly name: string;
  /** The Node that goes in; that which runs this by default. */
  readonly node?: string;
  /** Folder of the npm that goes in. */
  readonly npm: string;
}

const AUTHORITIES = '/etc/ssl/certs/ca-certificates.crt';
const TOOLS = ['sh', 'env', 'mkdir', 'chown', 'ls', 'id', 'cat', 'sleep'];

/**
 * Makes a base image out of this Debian machine with buildah, where none can be pulled: a Node, its npm, a shell, the few tools that the
 * Dockerfile uses, and their libraries. Stands in for NODE_IMAGE in tests; it is not what is released.
 */
export function makeBaseImage({ name, node = process.execPath, npm }: BaseOptions): void {
  const root = mkdtempSync(join(tmpdir(), 'illumio-mcp-base-'));
  try {
    const programs = TOOLS.map((tool) => realpathSync(output('which', tool).trim()));
    for (const [index, program] of programs.entries()) put(root, program, `/usr/bin/${TOOLS[index]}`);
    put(root, node, '/usr/local/bin/node');
    for (const library of libraries(programs)) put(root, realpathSync(library), library);
    cpSync(npm, join(root, 'usr/local/lib/node_modules/npm'), { recursive: true });
    for (const folder of ['bin', 'etc', 'tmp', 'proc', 'sys', 'dev', 'var/log', 'home/node', 'root'])
      mkdirSync(join(root, folder), { recursive: true });
    put(root, realpathSync(output('which', 'sh').trim()), '/bin/sh');
    writeFileSync(join(root, 'usr/local/bin/npm'), NPM, { mode: 0o755 });
    writeFileSync(join(root, 'etc/passwd'), 'root:x:0:0::/root:/bin/sh\nnode:x:1000:1000::/home/node:/bin/sh\n');
    writeFileSync(join(root, 'etc/group'), 'root:x:0:\nnode:x:1000:\n');
    // A mirror of the package registry may have an authority that only this machine knows.
    if (existsSync(AUTHORITIES)) put(root, AUTHORITIES, AUTHORITIES);
    const container = buildah('from', 'scratch').trim();
    buildah('copy', '--quiet', container, root, '/');
    const env = ['PATH=/usr/local/bin:/usr/bin:/bin', `NODE_EXTRA_CA_CERTS=${AUTHORITIES}`];
    buildah('config', ...env.flatMap((one) => ['--env', one]), container);
    buildah('commit', '--quiet', '--rm', '--format', 'docker', container, name);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

const NPM = '#!/bin/sh\nexec node /usr/local/lib/node_modules/npm/bin/npm-cli.js "$@"\n';

function put(root: string, from: string, to: string): void {
  mkdirSync(dirname(join(root, to)), { recursive: true });
  cpSync(from, join(root, to), { dereference: true });
}

/** What the tools are linked with, and all of the C and C++ libraries: native modules are linked with any of them. */
function libraries(programs: readonly string[]): ReadonlySet<string> {
  const linked = programs.flatMap((program) =>
    [...output('ldd', program).matchAll(/(?:=> )?(\/\S+) \(0x/g)].map(([, path = '']) => path),
  );
  const packaged = output('dpkg', '-L', 'libc6', 'libstdc++6', 'libgcc-s1').split('\n');
  return new Set([...linked, ...packaged.filter((path) => /\/[^/]+\.so(?:\.\d+)*$/.test(path))]);
}

const output = (command: string, ...args: readonly string[]): string =>
  execFileSync(command, args, { encoding: 'utf8' });
const buildah = (...args: readonly string[]): string => output('buildah', ...args);

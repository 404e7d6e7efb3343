import { readFileSync } from 'node:fs';

declare const BUILD_VERSION: string | undefined;

/** The version of the package; the build writes it into the bundle. */
export const VERSION: string =
  typeof BUILD_VERSION === 'string'
    ? BUILD_VERSION
    : String(JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')).version);

import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** Chromium of this machine; undefined: there is none, and the tests that need it are skipped. */
export const CHROMIUM = NAMES.flatMap((name) =>
  (process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, name)),
).find((path) => existsSync(path));

/** `hosts`: names a page may use besides loopback, each with the address it stands for. Nothing else is reached. */
export async function launchChromium(hosts: Readonly<Record<string, string>> = {}): Promise<Browser> {
  const mapped = Object.entries(hosts).map(([name, address]) => `MAP ${name} ${address}`);
  const nothingElse = ['MAP * ~NOTFOUND', 'EXCLUDE 127.0.0.1', 'EXCLUDE localhost'];
  return chromium.launch({
    ...(CHROMIUM === undefined ? {} : { executablePath: CHROMIUM }),
    // As root it has no sandbox; what it opens here is ours.
    chromiumSandbox: process.getuid?.() !== 0,
    args: ['--disable-gpu', `--host-resolver-rules=${[...mapped, ...nothingElse].join(', ')}`],
  });
}

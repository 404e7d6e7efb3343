/** `21.5.30-8527` in a form that compares as text. */
export const comparableVersion = (version: string): string =>
  version
    .split(/[.-]/)
    .map((part) => part.padStart(8, '0'))
    .join('.');

/** Without the build: what a PCE's own release number is compared with. */
export const withoutBuild = (version: string): string => version.replace(/-.*$/, '');

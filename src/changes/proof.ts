import { isObject } from '../core/json.ts';
import { committedDigest } from './digest.ts';
import type { Contents, Difference, PceReader } from './plan.ts';
import { modifiedObjects, readVersion } from './policy-objects.ts';
import { nameOf } from './wire.ts';

/** What a version changed that `contents` did not say, or says otherwise: edits made between our last read and the commit. */
export async function differences(version: number, contents: Contents, pce: PceReader): Promise<readonly Difference[]> {
  const [modified, objects] = await Promise.all([
    modifiedObjects(version, pce),
    readVersion(Object.keys(contents), version, pce),
  ]);
  const unforeseen = modified
    .filter(({ href }) => !(href in contents))
    .map(({ href, name, by }): Difference => ({ href, name, by }));
  const changed = Object.entries(contents).flatMap(([href, digest]): readonly Difference[] => {
    const object = objects.get(href) ?? null;
    if ((object === null ? null : committedDigest(object)) === digest) return [];
    const entry = modified.find((item) => item.href === href);
    const editor = object?.['updated_by'];
    return [
      {
        href,
        name: object === null ? (entry?.name ?? href) : nameOf(object),
        by: isObject(editor) && typeof editor['href'] === 'string' ? editor['href'] : (entry?.by ?? null),
      },
    ];
  });
  return [...unforeseen, ...changed];
}

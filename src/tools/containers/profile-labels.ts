import type { Href } from '../../core/href.ts';
import type { Label } from '../../model/inventory.ts';
import type { ProfileLabel } from '../../pce/resources/containers.ts';
import { labelTerm } from '../label-argument.ts';

/** Labels of a profile as people write them: `app=shop` for what a namespace gets, `env=prod|dev` for what it may choose. */
export function profileLabelTerms(
  labels: readonly ProfileLabel[],
  known: ReadonlyMap<Href, Label>,
): { readonly assigned: readonly string[]; readonly choices: readonly string[] } {
  const named = (hrefs: readonly Href[]): readonly string[] =>
    hrefs.map((href) => {
      const label = known.get(href);
      return label === undefined ? href : labelTerm(label.key, label.value);
    });
  const of = (kind: ProfileLabel['kind']): readonly ProfileLabel[] => labels.filter((label) => label.kind === kind);
  return {
    assigned: of('assignment').flatMap(({ hrefs }) => named(hrefs)),
    choices: of('restriction').map(({ key, hrefs }) =>
      hrefs.length === 0 ? `${key}: any` : named(hrefs).join(' or '),
    ),
  };
}

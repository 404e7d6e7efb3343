import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Failure } from '../core/errors.ts';
import { readItem } from './refs.ts';

const label = (key: string, value: string) => ({ kind: 'label', key, negated: false, values: [value] });

describe('an item of a list of actors', () => {
  it.for<readonly [item: string, terms: readonly unknown[], excluded: boolean]>([
    ['role=web', [label('role', 'web')], false],
    ['{"key":"role","value":"Point of Sale"}', [label('role', 'Point of Sale')], false],
    ['{"href":"/api/v2/orgs/1/labels/7"}', [{ kind: 'href', href: '/orgs/1/labels/7' }], false],
    ['{"label":{"href":"/orgs/1/labels/7"},"exclusion":true}', [{ kind: 'href', href: '/orgs/1/labels/7' }], true],
    ['{"label_group":{"href":"/x/1"},"exclusion":false}', [{ kind: 'href', href: '/x/1' }], false],
    ['{"actors":"ams"}', [{ kind: 'ams' }], false],
    ['app=Point of Sale', [label('app', 'Point of Sale')], false],
    ['iplist:Any (0.0.0.0/0 and ::/0)', [{ kind: 'iplist', name: 'Any (0.0.0.0/0 and ::/0)' }], false],
    ['app="Point of Sale" env=prod', [label('app', 'Point of Sale'), label('env', 'prod')], false],
  ])('%s', ([item, terms, excluded]) => {
    expect(readItem(item)).toEqual({ terms, excluded });
  });

  it.for(['', '{', '{}', '{"href":7}', '{"actors":"all"}', '{"label":"web"}', 'web', '[]', 'app="x', '/..'])(
    'that is none: %s',
    (item) => {
      expect(() => readItem(item)).toThrow(Failure);
    },
  );

  it('is read or refused, whatever it says', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          fc.string().map((text) => `{"label":${text}`),
        ),
        (item) => {
          try {
            expect(readItem(item).terms.length).toBeGreaterThan(0);
          } catch (error) {
            expect(error).toBeInstanceOf(Failure);
          }
        },
      ),
    );
  });
});

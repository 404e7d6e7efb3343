import { describe, expect, it } from 'vitest';
import { canonicalArguments, paramsHash } from './params-hash.ts';

describe('params_hash', () => {
  // The vectors of the reference server (reference-server.md §3.4).
  it.each([
    [{}, '44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a'],
    [{ description: 'test' }, 'a06f69b4363babe8801a6ed10be14ff8bcac80bdb7e6079947bee7f5971ff831'],
    [
      { lookback_days: 30, dry_run: true, apps: [{ env_name: 'Staging', app_name: 'pos' }] },
      '5239f8c99381d4ca4324a71bf4a289a7dc90ac1034687cb5d406740d0f2d296e',
    ],
    [
      { hrefs: ['/orgs/1/sec_policy/draft/rule_sets/1'], change_description: 'é ü' },
      '1c8776a4bd1880802318d76feadb675e6bbce9d849410ab538ec53d1fb1a54fb',
    ],
  ])('is that of the reference server: %j', (args, hash) => {
    expect(paramsHash(args)).toBe(hash);
  });

  it('is of the arguments without their _meta, and only the outermost', () => {
    expect(paramsHash({ _meta: { confirm_token: 'x' }, description: 'test' })).toBe(
      paramsHash({ description: 'test' }),
    );
    expect(paramsHash(undefined)).toBe(paramsHash({}));
    expect(paramsHash({ a: { _meta: 1 } })).not.toBe(paramsHash({ a: {} }));
  });

  // Right-hand sides printed by Python 3.11's json.dumps(json.loads(text), sort_keys=True, separators=(',', ':')).
  it.each([
    ['{"a":"\\u007f\\u0000\\n\\t\\b\\f\\r\\"\\\\/"}', '{"a":"\\u007f\\u0000\\n\\t\\b\\f\\r\\"\\\\/"}'],
    ['{"a":"\u{1F600}"}', '{"a":"\\ud83d\\ude00"}'],
    ['{"\u{1F600}":1,"\uFF21":2,"z":3}', '{"z":3,"\\uff21":2,"\\ud83d\\ude00":1}'],
    ['[1e-5,0.0001,1.5,-2.5e-7,1e16,1.5e300]', '[1e-05,0.0001,1.5,-2.5e-07,1e+16,1.5e+300]'],
    ['[9007199254740991,-3,0,true,false,null]', '[9007199254740991,-3,0,true,false,null]'],
    ['{"b":[],"a":{}}', '{"a":{},"b":[]}'],
  ])('hashes the text Python would write: %s', (text, python) => {
    expect(canonicalArguments(JSON.parse(text))).toBe(python);
  });
});

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import AjvDraft04 from 'ajv-draft-04';

const ROOT = fileURLToPath(new URL('../../../../shared/pce/schemas', import.meta.url));
const BASE = 'https://schemas.test/';

export const RELEASES = ['25.2.20', '26.3.0'] as const;
/** Why a suite is skipped; null when the published schemas are there. */
export const SCHEMAS_MISSING = existsSync(ROOT) ? null : 'the published schemas are not beside this checkout';

/** Whether a release publishes a schema of that name. */
export const isPublished = (release: string, name: string): boolean =>
  existsSync(join(ROOT, release, 'v2', `${name}.schema.json`));

type Schema = Readonly<Record<string, unknown>>;

/** Draft 4 ignores what stands beside a `$ref`, and the published files use that: they say `type: object` beside a reference to an array. */
function refsAlone(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(refsAlone);
  if (typeof value !== 'object' || value === null) return value;
  if ('$ref' in value && typeof value.$ref === 'string') return { $ref: value.$ref };
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, refsAlone(inner)]));
}

/**
 * The published schemas of a release, with documented corrections. Answers what is wrong with a value, or an empty list. Only the
 * `date-time` format is checked: the files call hrefs `uri` and query times `date`, which they are not.
 */
export function schemas(release: string, corrections: Readonly<Record<string, (schema: Schema) => Schema>> = {}) {
  const Ajv = AjvDraft04.default;
  const ajv = new Ajv({
    strict: false,
    allErrors: true,
    formats: { 'date-time': /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/ },
  });
  for (const format of ['uri', 'date', 'ipv4', 'ipv6', 'regex', 'uuid']) ajv.addFormat(format, true);
  for (const folder of ['common', 'v2']) {
    for (const file of readdirSync(join(ROOT, release, folder))) {
      const name = file.replace('.schema.json', '');
      const schema = refsAlone(JSON.parse(readFileSync(join(ROOT, release, folder, file), 'utf8'))) as Schema;
      ajv.addSchema(corrections[name]?.(schema) ?? schema, `${BASE}${folder}/${file}`);
    }
  }
  return (name: string, value: unknown): readonly string[] => {
    const validate = ajv.getSchema(`${BASE}v2/${name}.schema.json`);
    if (!validate) throw new Error(`no schema ${name} in ${release}`);
    if (validate(value) === true) return [];
    return (validate.errors ?? []).map(
      ({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`,
    );
  };
}

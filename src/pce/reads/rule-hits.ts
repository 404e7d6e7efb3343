import { Failure } from '../../core/errors.ts';
import { apiPath, type Href } from '../../core/href.ts';
import { isObject } from '../../core/json.ts';
import type { PceHttp } from '../http/http.ts';
import { badAnswer } from '../http/failures.ts';
import { ownHref } from '../own-href.ts';
import { readRuleHitCsv, type RuleHits } from '../resources/rule-hits.ts';
import type { ReadOptions } from '../view.ts';
import { orgPath, policyPath } from './reads.ts';

/** What a PCE tells of rule hits: the counts of its newest finished report, or why there are none. */
export type RuleHitCounts =
  | ({ readonly kind: 'counted' /** False: some hosts do not count. */; readonly everywhere: boolean } & RuleHits)
  | { readonly kind: 'none'; readonly why: string };

const TEMPLATE = /\/report_templates\/rule_hit_count_report$/;

/**
 * The newest finished rule hit count report (traffic.md §11). Nothing is turned on and no report is made: counting is a setting of the
 * policy, and a report is everybody's to see.
 */
export async function readRuleHits(http: PceHttp, { signal }: ReadOptions): Promise<RuleHitCounts> {
  try {
    const settings = await http.send({ method: 'GET', path: policyPath(http, 'active', 'firewall_settings'), signal });
    const scopes = isObject(settings.json) ? settings.json['rule_hit_count_enabled_scopes'] : undefined;
    if (!Array.isArray(scopes)) return none('this release of the PCE does not count rule hits');
    if (scopes.length === 0) return none('rule hit counting is off; turning it on is a change of policy');
    const { json } = await http.send({ method: 'GET', path: orgPath(http, 'reports'), signal });
    const newest = newestOf(json, http.orgId);
    if (newest === null) return none('there is no finished rule hit count report');
    const download = { method: 'GET', path: apiPath`${newest.report}/download`, csv: true, signal } as const;
    const byRule = await http.read(download, ({ chunks }) => readRuleHitCsv(chunks, http.orgId));
    const everywhere = scopes.some((scope) => Array.isArray(scope) && scope.length === 0);
    return { kind: 'counted', everywhere, ...newest, byRule };
  } catch (error) {
    if (error instanceof Failure && error.code === 'pce_not_found') return none('this PCE has no such reports');
    if (error instanceof Failure && error.code === 'pce_forbidden') return none('this key may not read reports');
    throw error;
  }
}

const none = (why: string): RuleHitCounts => ({ kind: 'none', why });

/** Of the reports of all rulesets; one of some rulesets says nothing of the others. */
function newestOf(json: unknown, org: string): { readonly report: Href; readonly generatedAt: string } | null {
  if (!Array.isArray(json)) throw badAnswer('The PCE sent reports that are no list.');
  const finished = json.flatMap((one: unknown) => {
    if (!isObject(one) || one['status'] !== 'done' || typeof one['href'] !== 'string') return [];
    const { report_template: template, report_parameters: asked, generated_at: generatedAt } = one;
    const isOurs = isObject(template) && typeof template['href'] === 'string' && TEMPLATE.test(template['href']);
    const some = isObject(asked) ? asked['rule_sets'] : undefined;
    const report = ownHref(one['href'], org);
    if (!isOurs || report === null || typeof generatedAt !== 'string') return [];
    return Array.isArray(some) && some.length > 0 ? [] : [{ report, generatedAt }];
  });
  return finished.toSorted((a, b) => Date.parse(b.generatedAt) - Date.parse(a.generatedAt))[0] ?? null;
}

import { apiPath, type Href } from '../../core/href.ts';
import { Failure } from '../../core/errors.ts';
import type { IpList, LabelGroup, Rule, RuleSet, Service } from '../../model/inventory.ts';
import { readCollection } from '../collections/collection.ts';
import type { PceHttp } from '../http/http.ts';
import { readIpList } from '../resources/ip-lists.ts';
import { readLabelGroup } from '../resources/labels.ts';
import { type ReadRuleSet, readRuleSet } from '../resources/rule-sets.ts';
import { readRule } from '../resources/rules.ts';
import { readService } from '../resources/services.ts';
import type {
  IpListFilter,
  Listing,
  PolicyObjectFilter,
  PolicyVersion,
  ReadOptions,
  RuleSetFilter,
  ServiceFilter,
} from '../view.ts';
import { policyPath, readList } from './reads.ts';

export const readLabelGroups = (
  http: PceHttp,
  version: PolicyVersion,
  { name, description, key }: PolicyObjectFilter & { readonly key?: string | undefined },
  options: ReadOptions,
): Promise<Listing<LabelGroup>> =>
  readList(
    http,
    {
      path: policyPath(http, version, 'label_groups'),
      query: { name, description, key },
      convert: (value) => readLabelGroup(value, http.orgId),
      keep: key === undefined ? undefined : (group) => group.key === key,
    },
    options,
  );

export const readIpLists = (
  http: PceHttp,
  version: PolicyVersion,
  { name, description, fqdn, ipAddress }: IpListFilter,
  options: ReadOptions,
): Promise<Listing<IpList>> =>
  readList(
    http,
    {
      path: policyPath(http, version, 'ip_lists'),
      query: { name, description, fqdn, ip_address: ipAddress },
      convert: (value) => readIpList(value, http.orgId),
    },
    options,
  );

export const readServices = (
  http: PceHttp,
  version: PolicyVersion,
  { name, description, port, proto }: ServiceFilter,
  options: ReadOptions,
): Promise<Listing<Service>> =>
  readList(
    http,
    {
      path: policyPath(http, version, 'services'),
      query: { name, description, port, proto },
      convert: (value) => readService(value, http.orgId),
    },
    options,
  );

/** Rulesets with all their rules; deny rules are fetched where the PCE does not embed them. */
export async function readRuleSets(
  http: PceHttp,
  version: PolicyVersion,
  { name, description, labels }: RuleSetFilter,
  options: ReadOptions,
): Promise<Listing<RuleSet>> {
  const listing = await readList(
    http,
    {
      path: policyPath(http, version, 'rule_sets'),
      query: { name, description },
      labels,
      convert: (value) => {
        const read = readRuleSet(value, http.orgId);
        return { href: read.ruleSet.href, ...read };
      },
    },
    options,
  );
  return { ...listing, items: await withDenyRules(http, listing.items, options) };
}

const AT_ONCE = 4;

async function withDenyRules(
  http: PceHttp,
  read: readonly ReadRuleSet[],
  { signal }: ReadOptions,
): Promise<readonly RuleSet[]> {
  const ruleSets: RuleSet[] = read.map(({ ruleSet }) => ruleSet);
  const missing = read.flatMap(({ denyMissing }, index) => (denyMissing ? [index] : []));
  // A release that knows no deny rules answers 404 for all of them; after one such answer the others need not be asked.
  let supported = true;
  const next = missing.values();
  const worker = async (): Promise<void> => {
    for (const index of next) {
      const ruleSet = ruleSets[index];
      if (!supported || ruleSet === undefined) continue;
      const rules = await denyRulesOf(http, ruleSet.href, signal);
      if (rules !== null) ruleSets[index] = { ...ruleSet, rules: [...ruleSet.rules, ...rules] };
      else if (await exists(http, ruleSet.href, signal)) supported = false;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return ruleSets;
}

const exists = async (http: PceHttp, href: Href, signal: AbortSignal | undefined): Promise<boolean> =>
  (await orNull(http.send({ method: 'GET', path: apiPath`${href}`, signal }))) !== null;

/** Null: there is no such endpoint, or no such ruleset any more. */
async function denyRulesOf(
  http: PceHttp,
  ruleSet: Href,
  signal: AbortSignal | undefined,
): Promise<readonly Rule[] | null> {
  const request = {
    path: apiPath`${ruleSet}/deny_rules`,
    convert: (value: unknown) => readRule(value, 'deny', http.orgId),
    uncounted: true,
  } as const;
  return (await orNull(readCollection(http, request, { signal })))?.items ?? null;
}

async function orNull<T>(reading: Promise<T>): Promise<T | null> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof Failure && error.code === 'pce_not_found') return null;
    throw error;
  }
}

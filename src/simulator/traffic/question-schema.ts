import { between, either, flag, list, oneOf, open, record, text } from '../http/schema.ts';
import { bodyCheck, type Schema } from '../http/validate.ts';

/** The body of a traffic query as it is once its form has been checked (traffic.md §2.4, §2.5). */
export interface QuestionBody {
  readonly query_name?: string;
  readonly start_date?: string;
  readonly end_date?: string;
  readonly sources: {
    readonly include: readonly (readonly ActorBody[])[] | null;
    readonly exclude: readonly ActorBody[] | null;
  };
  readonly destinations: QuestionBody['sources'];
  readonly services: {
    readonly include: readonly ServiceBody[] | null;
    readonly exclude: readonly ServiceBody[] | null;
  };
  readonly sources_destinations_query_op?: 'and' | 'or';
  readonly policy_decisions: readonly ('allowed' | 'potentially_blocked' | 'blocked' | 'unknown')[] | null;
  readonly boundary_decisions?: readonly string[] | null;
  readonly max_results?: number;
  readonly exclude_workloads_from_ip_list_query?: boolean;
  readonly data_sources?: { readonly include?: readonly string[] | null; readonly exclude?: readonly string[] | null };
}

export type ActorBody =
  | { readonly label: { readonly href: string } }
  | { readonly label_group: { readonly href: string } }
  | { readonly workload: { readonly href: string } }
  | { readonly ip_list: { readonly href: string } }
  | { readonly ip_address: string | { readonly value: string } }
  | { readonly actors: 'ams' }
  | { readonly transmission: string }
  | { readonly fqdn: string }
  | { readonly cloud_resource: unknown }
  | { readonly data_center: unknown };

export interface ServiceBody {
  readonly port?: number;
  readonly to_port?: number;
  readonly proto?: number;
  readonly process_name?: string;
  readonly windows_service_name?: string;
}

// Go clients send null for lists they did not set (traffic.md §16.1).
const nullableList = (items: Schema): Schema => ({ type: ['array', 'null'], items });
const reference = (kind: string): Schema => record({ [kind]: open({ href: text }, ['href']) }, [kind]);
const only = (kind: string, value: Schema): Schema => record({ [kind]: value }, [kind]);

const transmission = only('transmission', oneOf('broadcast', 'multicast', 'unicast'));
const fqdn = only('fqdn', between(1, 255));

function actors(strict: boolean): readonly Schema[] {
  return [
    ...['label', 'label_group', 'workload', 'ip_list'].map(reference),
    only('ip_address', strict ? text : either(text, record({ value: text }, ['value']))),
    only('actors', oneOf('ams')),
    only('cloud_resource', open({ resource_uuid: text }, ['resource_uuid'])),
    only('data_center', open({ type: oneOf('core', 'cloud', 'aws', 'azure', 'gcp') }, ['type'])),
  ];
}

const PORT: Schema = { type: 'integer', minimum: 0, maximum: 65_535 };
const SERVICE = record({
  port: PORT,
  to_port: PORT,
  proto: { type: 'integer' },
  process_name: text,
  windows_service_name: text,
});
const CLIENT_TYPES = oneOf('server', 'endpoint', 'flowlink', 'scanner');
const BOTH = ['include', 'exclude'] as const;

function schema({ strict, named, maxRows }: QuestionRules): Schema {
  const known = actors(strict);
  const source = either(...known);
  // Measured: transmission is refused in an include, and only destinations take it and names (traffic.md §2.5).
  const destination = either(...known, fqdn);
  const destinationExclude = either(...known, fqdn, transmission);
  return record(
    {
      query_name: text,
      start_date: text,
      end_date: text,
      sources: record({ include: nullableList(list(source)), exclude: nullableList(source) }, BOTH),
      destinations: record(
        { include: nullableList(list(destination)), exclude: nullableList(destinationExclude) },
        BOTH,
      ),
      services: record({ include: nullableList(SERVICE), exclude: nullableList(SERVICE) }, BOTH),
      sources_destinations_query_op: oneOf('and', 'or'),
      policy_decisions: nullableList(oneOf('allowed', 'potentially_blocked', 'blocked', 'unknown')),
      // Guide and records spell the override value differently (traffic.md §2.4).
      boundary_decisions: nullableList(
        oneOf('blocked', 'blocked_by_override_deny', 'override_deny_rule', 'blocked_non_illumio_rule'),
      ),
      max_results: { type: 'integer', minimum: 0, maximum: maxRows },
      exclude_workloads_from_ip_list_query: flag,
      data_sources: record({ include: nullableList(CLIENT_TYPES), exclude: nullableList(CLIENT_TYPES) }),
      aggregate_flows_across_days: flag,
    },
    ['sources', 'destinations', 'services', 'policy_decisions', ...(named ? ['query_name'] : [])],
  );
}

export interface QuestionRules {
  /**
   * Refuse what a 25.2.40 was measured to refuse although clients in use send it (traffic.md §16.1): the object form of `ip_address`, and
   * times without a zone.
   */
  readonly strict: boolean;
  /** Whether `query_name` must be given: the blocking query has none. */
  readonly named: boolean;
  /** The highest `max_results`: 200,000, or 100,000 for the blocking query. */
  readonly maxRows: number;
}

/** A check of query bodies under some rules. Throws 406 `input_validation_error`. */
export const questionCheck = (rules: QuestionRules) =>
  bodyCheck<QuestionBody>('traffic_flows_async_queries_post', schema(rules));

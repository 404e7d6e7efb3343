import { described, flag, integer, text, texts } from '../fields.ts';

const actors = described(texts, 'app=a env=b, iplist:N, group:N, ams, href');

const services = {
  type: 'array',
  items: {
    type: 'object',
    properties: {
      port: integer,
      to_port: integer,
      proto: text,
      href: text,
      service: text,
    },
  },
} as const;

/** What a rule says, in the input of the tools that write rules. `consumers` are the sources, `providers` the destinations. */
export const ruleFields = {
  providers: described(texts, 'Destinations; as consumers'),
  consumers: actors,
  ingress_services: described(services, 'Each port (proto), href or service (name)'),
  unscoped_consumers: described(flag, 'Sources may be outside the scope'),
} as const;

export const egressServices = described(services, 'Windows egress services: service or href');

/** The ruleset a new rule goes into. */
export const intoRuleSet = {
  ruleset_href: text,
  ruleset_name: described(text, 'Exact, instead of ruleset_href'),
} as const;

/** One rule as the tools that write rules answer it. */
export const ruleOutput = {
  type: 'object',
  properties: {
    href: text,
    rule_type: text,
    enabled: flag,
    description: text,
    consumers: texts,
    providers: texts,
    ingress_services: texts,
    services: texts,
    egress_services: texts,
    unscoped_consumers: flag,
    update_type: text,
    policy_widening_warning: text,
  },
} as const;

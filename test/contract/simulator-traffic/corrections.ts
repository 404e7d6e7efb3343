type Json = Readonly<Record<string, unknown>>;

const withProperties = (schema: Json, more: Json): Json => ({
  ...schema,
  properties: { ...(schema['properties'] as Json), ...more },
});

/** Where recorded samples of a PCE and the clients in use agree against the published files of traffic (traffic.md §4.1, §4.2). */
export const trafficCorrections = {
  // Recorded labels have key and value.
  traffic_flows_endpoint_labels: (schema: Json): Json => ({
    ...schema,
    items: withProperties(schema['items'] as Json, { key: { type: 'string' }, value: { type: 'string' } }),
  }),
  // Recorded workloads say whether they are endpoints.
  traffic_flows_workload: (schema: Json): Json => withProperties(schema, { endpoint: { type: 'boolean' } }),
  // Clients read `fqdn`; the file calls it `fqdn_name`.
  traffic_flows_endpoint: (schema: Json): Json => withProperties(schema, { fqdn: { type: 'string' } }),
};

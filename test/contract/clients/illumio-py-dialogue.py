"""Drives Illumio's own Python SDK against the PCE given on the command line and prints what it understood as one JSON object."""

import json
import sys

import illumio
from illumio.rules import Rule

url, port, org_id, key, secret = sys.argv[1:6]
pce = illumio.PolicyComputeEngine(url, port=port, version='v2', org_id=org_id)
pce.set_credentials(key, secret)
found = {'connected': pce.check_connection()}

labels = pce.labels.get_all()
found['labels'] = len(labels)
found['label_keys'] = sorted({label.key for label in labels})
workloads = pce.workloads.get_all()
found['workloads'] = len(workloads)
found['modes'] = sorted({workload.enforcement_mode for workload in workloads})
found['managed'] = len(pce.workloads.get_all(params={'managed': True}))
found['workloads_async'] = len(pce.workloads.get_async())
found['ip_list_any'] = [entry.name for entry in pce.ip_lists.get_all() if entry.name.startswith('Any')]
found['rule_sets'] = len(pce.rule_sets.get_all())
found['events'] = len(pce.events.get(params={'max_results': 50}))

label = pce.labels.create({'key': 'app', 'value': 'sdk-test'})
found['created'] = [label.key, label.value]
found['found'] = [match.href == label.href for match in pce.labels.get(params={'key': 'app', 'value': 'sdk-test'})]
found['by_name'] = pce.services.get_by_name('All Services').name
pce.labels.update(label.href, {'value': 'sdk-test-renamed'})
found['renamed'] = pce.labels.get_by_reference(label.href).value
try:
    pce.labels.create({'key': 'app', 'value': 'sdk-test-renamed'})
except illumio.IllumioApiException as error:
    found['duplicate'] = 'label_key_and_value_must_be_unique' in str(error) or 'unique' in str(error)

rule_set = pce.rule_sets.create(illumio.RuleSet(name='SDK test', scopes=[illumio.LabelSet(labels=[label])]))
rule = Rule.build(providers=[illumio.AMS], consumers=[illumio.AMS], ingress_services=[{'port': 443, 'proto': 'tcp'}],
                  resolve_providers_as=['workloads'], resolve_consumers_as=['workloads'])
rule = pce.rules.create(rule, parent=rule_set)
found['rule'] = rule.href.startswith(rule_set.href)
found['provisioned'] = pce.provision_policy_changes('SDK test', hrefs=[rule_set.href]).version
found['active'] = pce.rule_sets.get_by_reference(rule_set.href.replace('/draft/', '/active/')).name
pce.rule_sets.delete(rule_set.href)
pce.provision_policy_changes('SDK test over', hrefs=[rule_set.href])
pce.labels.delete(label.href)

virtual = pce.virtual_services.create(illumio.VirtualService(name='SDK test', service_ports=[{'port': 4711, 'proto': 6}]))
pce.provision_policy_changes('SDK virtual service', hrefs=[virtual.href])
active = virtual.href.replace('/draft/', '/active/')
bindings = pce.service_bindings.create([illumio.ServiceBinding(
    virtual_service=illumio.Reference(href=active), workload=illumio.Reference(href=pce.workloads.get(params={'managed': True})[0].href))])
found['bound'] = [len(bindings['service_bindings']), bindings['errors']]
seen = pce.workloads.get(params={'enforcement_mode': 'visibility_only', 'managed': True, 'max_results': 2})
bulk = pce.workloads.bulk_update(
    [illumio.Workload(href=workload.href, enforcement_mode='selective') for workload in seen])
found['bulk'] = [entry['errors'] for entry in bulk]
found['enforced'] = [pce.workloads.get_by_reference(workload.href).enforcement_mode for workload in seen]

query = illumio.TrafficQuery.build(
    start_date=sys.argv[6], end_date=sys.argv[7],
    include_sources=[[]], exclude_sources=[], include_destinations=[[]], exclude_destinations=[],
    include_services=[], exclude_services=[],
    policy_decisions=['allowed', 'potentially_blocked', 'blocked', 'unknown'],
    # Above 10,000 rows this SDK fails by itself (traffic.md §2.8).
    max_results=9000)
flows = pce.get_traffic_flows_async('sdk', query)
found['flows'] = len(flows)
found['connections'] = sum(flow.num_connections for flow in flows)
found['decisions'] = sorted({flow.policy_decision for flow in flows})
found['directions'] = sorted({flow.flow_direction for flow in flows})
found['blocking'] = len(pce.get_traffic_flows(query))
print(json.dumps(found))

"""Drives pylo against the PCE given on the command line and prints what it understood as one JSON object."""

import datetime
import json
import sys

import illumio_pylo as pylo

host, port, org_id, key, secret, start, end = sys.argv[1:8]
pce = pylo.APIConnector(host, int(port), key, secret, org_id=int(org_id))
org = pylo.Organization(int(org_id))
org.load_from_api(pce)
found = {
    'version': pce.get_software_version_string(),
    'health': [report.fqdn for report in pce.cluster_health_get(return_object=True).values()],
    'labels': org.LabelStore.count_labels(),
    'workloads': org.WorkloadStore.count_workloads(),
    'managed': org.WorkloadStore.count_managed_workloads(),
    'rule_sets': org.RulesetStore.count_rulesets(),
    'rules': org.RulesetStore.count_rules(),
    'counted': pce.get_objects_count_by_type('workloads'),
    'asynchronous': len(pce.objects_workload_get(async_mode=True)),
}

label = pce.objects_label_create('pylo-test', 'app')
pce.objects_label_update(label['href'], {'value': 'pylo-renamed'})
made = pce.objects_workload_create_bulk_unmanaged([
    {'name': f'pylo-{number}', 'hostname': f'pylo-{number}', 'interfaces': [{'name': 'eth0', 'address': f'192.0.2.{number}'}]}
    for number in (1, 2)])
found['bulk'] = [entry['status'] for entry in made]
changed = pce.objects_workload_update_bulk(
    [{'href': entry['href'], 'labels': [{'href': label['href']}]} for entry in made])
found['relabelled'] = [entry['status'] for entry in changed]
ip_list = pce.objects_iplist_create({'name': 'pylo-test', 'description': '', 'ip_ranges': [{'from_ip': '192.0.2.0/24'}], 'fqdns': []})
rule_set = pce.objects_ruleset_create('pylo-test')
rule = pce.objects_rule_create(
    rule_set['href'], intra_scope=False, consumers=[{'ip_list': {'href': ip_list['href']}}], providers=[{'label': {'href': label['href']}}],
    services=[{'proto': 6, 'port': 4711}])
pce.objects_rule_update(rule['href'], {'description': 'by pylo'})
pce.objects_ruleset_update(rule_set['href'], {'description': 'by pylo'})

again = pylo.Organization(int(org_id))
again.load_from_api(pce)
own = again.RulesetStore.find_ruleset_by_name('pylo-test')
found['rule'] = [own.count_rules(), again.RulesetStore.find_rule_by_href(rule['href']).description]
renamed = again.LabelStore.find_object_by_name('pylo-renamed', label_type='app')
found['labelled'] = sorted(workload.hostname for workload in again.WorkloadStore.find_workloads_matching_all_labels([renamed]).values())
search = pce.new_rule_search_query()
search.add_label(renamed)
# Its own reader of the answer expects the bare list of releases before 25.2, whose schema is an object.
found['searched'] = [entry['href'] == rule['href'] for entry in search.execute()['sec_rules']]
events = pce.new_audit_log_query()
events.filters.event_type = 'rule_set.create'
found['audited'] = any('pylo-test' in json.dumps(event.raw_json) for event in events.execute().results)

pce.objects_rule_delete(rule['href'])
pce.objects_ruleset_delete(rule_set['href'])
for entry in made:
    pce.objects_workload_delete(entry['href'])
found['afterwards'] = pce.get_objects_count_by_type('workloads')
try:
    pce.objects_label_create('pylo-renamed', 'app')
except pylo.PyloApiEx as error:
    found['duplicate'] = 'label_key_and_value_must_be_unique' in str(error)

query = pce.new_explorer_query_v2(max_results=9000, check_for_update_interval_seconds=1)
query.filters.set_time_from(datetime.datetime.fromisoformat(start))
query.filters.set_time_to(datetime.datetime.fromisoformat(end))
flows = query.execute().get_all_records()
found['flows'] = len(flows)
found['connections'] = sum(flow.num_connections for flow in flows)
draft = pce.new_explorer_query_v2(max_results=9000, draft_mode_enabled=True, check_for_update_interval_seconds=1)
draft.filters.set_time_from(datetime.datetime.fromisoformat(start))
draft.filters.set_time_to(datetime.datetime.fromisoformat(end))
found['drafted'] = len([flow for flow in draft.execute().get_all_records() if flow.draft_mode_policy_decision_to_str()])
print(json.dumps(found))

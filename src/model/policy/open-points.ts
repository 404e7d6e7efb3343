/**
 * Every choice the engine makes where the documentation is silent, by the ids of policy-cases.md (objects.md §14 marks the same
 * points UNVERIFIED). A decision names in `notes` those it can tell it leaned on; a choice that keeps
 * a rule from ever being a candidate (an empty group, port 0, the age of a VEN) is only written here.
 */
export const OPEN_POINTS = {
  'open-exclusion-in-scope-crosses-labels':
    'A scope "all but X" is taken as one scope per remaining label; these do not mix, as with label groups.',
  'open-named-workload-outside-scope': 'A workload named in a rule must be inside the scope of its ruleset to match.',
  'open-labels-and-workload-in-one-list': 'Labels and named workloads of one list are taken as a union.',
  'open-ams-and-label-in-one-list': 'A label beside All Workloads is taken not to narrow it.',
  'open-label-dimension-and-unlabelled': 'A label type as actor stands for workloads that have a label of that type.',
  'open-container-host': 'Whether a workload hosts containers is not known here, so the actor may or may not match.',
  'open-all-ips-except':
    'All addresses except the listed ones: programmed at the other side only, and gives a workload in it no rule of its own.',
  'open-empty-label-group': 'An empty label group matches nothing.',
  'open-include-and-exclude-of-one-key':
    'Included and excluded labels of one type: in the first and not in the second.',
  'open-port-zero': 'Port 0 is a port, not all ports.',
  'open-windows-process-at-a-managed-source':
    'The source of a flow cannot see the process at the destination; it is taken to be programmed with the port part of the service.',
  'open-visibility-default-draft-word':
    'Without a rule, the draft view of a visibility-only host says potentially_blocked_no_rule.',
  'open-selective-default-draft-word':
    'Without a rule, the draft view of a selective host speaks as for visibility-only.',
  'open-selective-source-outbound-label-deny':
    'A selective workload reports outbound traffic to a workload that a deny rule names by label; it does not block it.',
  'open-selective-outbound-ip-list-report':
    'A deny rule to an IP list blocks outbound on a selective workload, as a boundary does.',
  'open-boundary-class-in-visibility': 'An enforcement boundary is named as the reason outside selective mode too.',
  'open-essential-dns': 'Outbound DNS and DHCP of a workload are taken as essential and allowed without a rule.',
  'open-old-ven-ignores-override': 'Override deny is judged by policy; a VEN older than 22.3 may ignore it.',
  'open-draft-view-ip-list-between-workloads':
    'Between two workloads the draft view does not count rules that match by IP list.',
  'open-both-kinds-which-port':
    'A virtual service brings its own ports, also where labels resolve to workloads as well.',
  'open-consumers-as-virtual-services': 'The workload bound to a virtual service on the consumer side may connect.',
  'open-user-rule-at-the-destination': 'A user rule opens the destination without a check of the user.',
  'open-fqdn-unknown-in-the-flow': 'A rule to names may match a flow that carries no name.',
  'open-fqdn-as-consumer': 'Names in an IP list do not match sources.',
  'open-stateless-opposite-direction':
    'A stateless rule also lets packets pass in the opposite direction; that is not judged here.',
  'open-fqdn-in-deny-rules': 'Names in an IP list are dropped from deny rules, as from enforcement boundaries.',
  'open-virtual-service-scope':
    'A virtual service is inside a scope by its own labels, not those of the workload it is bound to.',
  'open-virtual-service-ip-overrides':
    'Address overrides of a virtual service are matched beside the addresses of its workloads.',
  'open-ambiguous-address': 'Several workloads have this address; the first managed one is taken.',
} as const;

export type OpenPoint = keyof typeof OPEN_POINTS;

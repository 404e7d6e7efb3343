import type { Page } from '../page.ts';

export const workloads: Page = {
  path: 'concepts/workloads',
  title: 'Workloads',
  description: 'Managed and unmanaged hosts, what can be known of each, and how they are named.',
  text: () => `# Workloads

A workload is a host the PCE knows.

- **Managed**: it has an agent (VEN), which reports flows, processes and open ports, and enforces policy.
- **Unmanaged**: an entry with addresses and labels for something without an agent: an appliance, a database service, a partner. It can be
  named in rules; enforcement happens at the other end.
- **Neither**: an address in traffic that is no workload. It may be inside an IP list. Such traffic is the first to give a name to.

## What identifies one

The href, never the name: names and host names repeat and change. Tools that take a name fail where it fits more than one and list all of
them. An address can belong to several workloads over time; a flow is matched to whoever had it then.

## What to look at

- *online* is false when the agent has not been heard of; its host goes on enforcing what it last got.
- *enforcement_mode* per host; an application with several is usually half way through something.
- *visibility_level* decides what is reported: with blocked traffic only, allowed flows of that host are invisible, and an empty answer
  proves nothing.
- Labels: at most one value per kind of label.

    get-workloads {"labels": "app=ordering env=prod", "detail_level": "compact"}
    find-unmanaged-traffic {"direction": "inbound", "lookback_days": 30}
    identify-ip {"ips": ["10.20.30.40"]}
    create-workload {"name": "mainframe-1", "ip_addresses": ["10.9.8.7"], "labels": ["app=ledger", "env=prod"], "dry_run": true}
`,
};

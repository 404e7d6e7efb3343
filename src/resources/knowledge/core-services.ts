import type { Page } from '../page.ts';

export const coreServices: Page = {
  path: 'methodology/core-services',
  title: 'Core services first',
  description: 'Which services everything depends on, how they show in traffic, and how to write their rules once.',
  text: () => `# Core services first

Core services are what nearly every host uses. Blocked by mistake, they take everything down; so their rules come first and their own
enforcement last.

| Service | Usual ports |
|---|---|
| name resolution | 53 tcp and udp |
| time | 123/udp |
| directory and logins | 88, 389, 464, 636, 3268, 3269; 135 and the dynamic ports of Windows RPC; 445 |
| addresses | 67, 68/udp |
| monitoring | 161/udp, 5666/tcp, 9100/tcp, 10050/tcp |
| logs | 514 tcp and udp, 6514/tcp |
| backup, patching, software | by product |
| administration | 22/tcp, 3389/tcp, 5985, 5986/tcp: from jump hosts only |

In a graph of who talks to whom they stand out: many applications use them and they use few, or (monitoring, scanners, backup) they reach
into many. Traffic of the second kind looks like an attack to anybody who does not know it.

How to write them: one ruleset per core service, scoped to it, with all workloads as extra-scope source on just its ports. For those that
reach into everything, one ruleset without scope with the service as source.

    identify-infrastructure-services {"lookback_days": 30, "explain": true}
    who-talks-to {"target": "app=ad-core env=prod", "direction": "inbound", "lookback_days": 30}
    create-ruleset {"name": "CORE | DNS", "scopes": [["app=dns-dhcp"]], "rules": [{"providers": ["ams"], "consumers": ["ams"], "ingress_services": [{"port": 53, "proto": "udp"}, {"port": 53, "proto": "tcp"}], "unscoped_consumers": true}], "dry_run": true}
`,
};

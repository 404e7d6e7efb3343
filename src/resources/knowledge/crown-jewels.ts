import type { Page } from '../page.ts';

export const crownJewels: Page = {
  path: 'methodology/crown-jewels',
  title: 'Crown jewels',
  description: 'How to find the applications that matter most, and what to do for them beyond a ringfence.',
  text: () => `# Crown jewels

An application is a crown jewel when its loss, disclosure or manipulation would hurt the organisation itself: payments, identity, customer
records, production control, backups. The business names them; traffic only helps to find forgotten ones (databases many applications read,
whatever can log in everywhere).

For each, beyond a ringfence:

1. Rules by role and port, each with a reason and an owner in its description.
2. Administration from jump hosts only, never from a client network.
3. No connection to the internet; updates through a proxy that is named.
4. No path from development. An override deny is the right tool for what must never be.
5. Full enforcement, and an alert on each blocked attempt from the inside: somebody is looking around.
6. Rules for who may reach its backups, and what the backup system may reach.
7. A rehearsed isolation, with a way back.

Their neighbours count: whoever is allowed in is part of the attack surface. Look at what can reach them in two and three steps.

    map-app-dependencies {"app_name": "payments", "env_name": "prod", "lookback_days": 30}
    blast-radius {"from": "app=ordering env=prod", "to": "app=payments env=prod"}
    detect-lateral-movement-paths {"app_name": "payments", "env_name": "prod", "max_hops": 3}
    report-egress {"include_sources": ["app=payments env=prod"]}
    compliance-check {"framework": "general", "app_name": "payments", "env_name": "prod"}
`,
};

import { describe, expect, it } from 'vitest';
import { readBoundary } from './enforcement-boundaries.ts';
import { readVirtualService } from './virtual-services.ts';

const DRAFT = '/orgs/1/sec_policy/draft';

// The shapes are those of objects.md §8.7 and §7.3.
describe('enforcement boundaries', () => {
  const wire = {
    href: `${DRAFT}/enforcement_boundaries/5`,
    name: 'No telnet',
    enabled: false,
    update_type: 'update',
    providers: [{ actors: 'ams' }],
    consumers: [{ ip_list: { href: `${DRAFT}/ip_lists/1` } }],
    ingress_services: [{ proto: 6, port: 23 }, { href: `${DRAFT}/services/2` }],
  };

  it('are read as a deny rule that stands by itself', () => {
    expect(readBoundary(wire, '1')).toEqual({
      href: wire.href,
      name: 'No telnet',
      enabled: false,
      updateType: 'update',
      createdAt: null,
      updatedAt: null,
      networkType: 'brn',
      providers: [{ kind: 'ams' }],
      consumers: [{ kind: 'ip_list', href: `${DRAFT}/ip_lists/1` }],
      services: [
        { kind: 'ports', proto: 6, port: 23, toPort: null },
        { kind: 'service', href: `${DRAFT}/services/2` },
      ],
    });
  });

  it.each([
    ['no name', { ...wire, name: undefined }],
    ['an href of another org', { ...wire, href: '/orgs/2/sec_policy/draft/enforcement_boundaries/5' }],
    ['an unknown actor', { ...wire, providers: [{ planet: 'Mars' }] }],
  ])('with %s are refused', (_, broken) => {
    expect(() => readBoundary(broken, '1')).toThrow(expect.objectContaining({ code: 'pce_bad_answer' }));
  });
});

describe('virtual services', () => {
  const wire = {
    href: `${DRAFT}/virtual_services/14d7ff69-2fa4-458b-a299-e3f11ffa9b01`,
    name: 'vs1',
    labels: [{ href: '/orgs/1/labels/7', key: 'role', value: 'web' }],
    service_ports: [{ proto: 6, port: 8000, to_port: 8010 }],
    service_addresses: [{ ip: '10.0.0.9', port: 80 }, { fqdn: '*.example.com' }],
    ip_overrides: ['10.1.0.0/16'],
  };

  it('are read with their labels, ports and addresses', () => {
    expect(readVirtualService(wire, '1')).toMatchObject({
      name: 'vs1',
      labels: ['/orgs/1/labels/7'],
      ports: [{ proto: 6, port: 8000, toPort: 8010 }],
      service: null,
      addresses: [
        { ip: '10.0.0.9', fqdn: null, port: 80 },
        { ip: null, fqdn: '*.example.com', port: null },
      ],
      ipOverrides: ['10.1.0.0/16'],
      bindings: [],
    });
  });

  it('with a port that is no number are refused', () => {
    const broken = { ...wire, service_ports: [{ proto: 6, port: '8000' }] };
    expect(() => readVirtualService(broken, '1')).toThrow(expect.objectContaining({ code: 'pce_bad_answer' }));
  });
});

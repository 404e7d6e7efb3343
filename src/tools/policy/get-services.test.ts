import { describe, expect, it } from 'vitest';
import { callTool } from '../../../test/catalogue/call.ts';
import { memoryPce, service } from '../../../test/catalogue/memory-pce.ts';
import type { ServicePort } from '../../model/inventory.ts';
import getServices from './get-services.ts';

const port = (rest: Partial<ServicePort>): ServicePort => ({
  proto: 6,
  port: null,
  toPort: null,
  icmpType: null,
  icmpCode: null,
  process: null,
  windowsService: null,
  ...rest,
});

const services = [
  service(1, 'HTTPS', 443, { ransomware: { severity: 'low', category: 'admin' } }),
  service(2, 'AD dynamic', null, {
    kind: 'windows',
    ports: [port({ port: 49152, toPort: 65535, process: 'C:\\Windows\\lsass.exe', windowsService: 'KDC' })],
  }),
  service(3, 'Chrome out', null, { kind: 'windows_egress', ports: [port({ proto: null, process: 'chrome.exe' })] }),
  service(4, 'Ping', null, { ports: [port({ proto: 1, icmpType: 8, icmpCode: 0 })] }),
  service(5, 'All Services', null, { ports: [port({ proto: -1 })] }),
];

describe('get-services', () => {
  it('keeps the three lists of the PCE apart and names protocols', async () => {
    const { structured, text } = await callTool(getServices, {}, { pce: memoryPce({ services }) });
    const byName = new Map(structured.items.map((item) => [item.name, item]));
    expect(byName.get('HTTPS')).toMatchObject({
      service_ports: [{ proto: 'tcp', port: 443 }],
      ransomware_severity: 'low',
    });
    expect(byName.get('AD dynamic')).toMatchObject({
      windows_services: [
        { proto: 'tcp', port: 49152, to_port: 65535, process_name: 'C:\\Windows\\lsass.exe', service_name: 'KDC' },
      ],
    });
    expect(byName.get('Chrome out')).toMatchObject({ windows_egress_services: [{ process_name: 'chrome.exe' }] });
    expect(text).toContain('443/tcp');
    expect(text).toContain('49152-65535/tcp C:\\Windows\\lsass.exe KDC');
    expect(text).toContain('icmp type 8 code 0');
    expect(text).toContain('All Services | all');
  });

  it('finds processes, which the PCE cannot filter, whatever their case', async () => {
    const pce = memoryPce({ services });
    const inbound = await callTool(getServices, { process_name: 'LSASS' }, { pce });
    expect(inbound.structured.items.map(({ name }) => name)).toEqual(['AD dynamic']);
    const outbound = await callTool(getServices, { egress_process_name: 'chrome' }, { pce });
    expect(outbound.structured.items.map(({ name }) => name)).toEqual(['Chrome out']);
    expect(outbound.structured.totals.total_count).toBe(1);
  });

  it('takes protocols by name or number and refuses others before asking', async () => {
    const pce = memoryPce({ services });
    await callTool(getServices, { port: '443', proto: 'TCP' }, { pce });
    await callTool(getServices, { proto: 17 }, { pce });
    expect(pce.asked.map(({ args }) => args[1])).toMatchObject([{ port: 443, proto: 6 }, { proto: 17 }]);
    const { structured } = await callTool(getServices, { proto: 'tpc' }, { pce });
    expect(structured.error).toBe('invalid_arguments');
    expect(pce.asked).toHaveLength(2);
  });
});

import { describe, expect, it } from 'vitest';
import { draftOf, policyWorld } from '../../../test/changes/policy-world.ts';
import updateService from './update-service.ts';

const { ok, refused, desk, read, sent } = await policyWorld([updateService]);
const HIGH = draftOf('services', 4);

describe('update-service', () => {
  it('plans, applies, and puts everything back', async () => {
    await sent();
    const args = {
      name: 'High ports',
      new_name: 'Very high ports',
      service_ports: [{ proto: 'tcp', port: 8000, to_port: 9000 }],
    };
    const planned = await ok('update-service', { ...args, dry_run: true });
    expect([planned.structured['widening'], await sent()]).toEqual([
      ['service High ports grows by 8000-9000/tcp, used in 0 rules'],
      [],
    ]);
    const { structured } = await ok('update-service', args);
    expect(structured).toMatchObject({
      updated_fields: ['name', 'service_ports'],
      service: { name: 'Very high ports', ports: ['8000-9000/tcp'] },
    });
    expect(await sent()).toEqual([`PUT ${HIGH}`]);
    await desk.undo(String(structured['plan_id']), { dryRun: false });
    expect(await read(HIGH)).toMatchObject({
      name: 'High ports',
      service_ports: [{ port: 8000, to_port: 8080, proto: 6 }],
    });
  });

  it('goes from ports to Windows services and back', async () => {
    const { structured } = await ok('update-service', { href: HIGH, windows_services: [{ process_name: 'x.exe' }] });
    expect(await read(HIGH)).toMatchObject({ windows_services: [{ process_name: 'x.exe' }] });
    expect(await read(HIGH)).not.toHaveProperty('service_ports');
    await desk.undo(String(structured['plan_id']), { dryRun: false });
    expect(await read(HIGH)).toMatchObject({ service_ports: [{ port: 8000, to_port: 8080, proto: 6 }] });
    expect(await read(HIGH)).not.toHaveProperty('windows_services');
  });

  it('puts the ports back also where an earlier change was pending, which must stay', async () => {
    await ok('update-service', { href: HIGH, description: 'pending' });
    const { structured } = await ok('update-service', { href: HIGH, windows_services: [{ process_name: 'x.exe' }] });
    await desk.undo(String(structured['plan_id']), { dryRun: false });
    expect(await read(HIGH)).toMatchObject({
      description: 'pending',
      service_ports: [{ port: 8000, to_port: 8080, proto: 6 }],
    });
  });

  it('refuses several lists, an empty one, nothing, and a service that is not there', async () => {
    const list = { service_ports: [{ proto: 'tcp' }] };
    const code = async (args: object) => (await refused('update-service', args)).error;
    expect([
      await code({ href: HIGH, ...list, windows_egress_services: [{ process_name: 'x' }] }),
      await code({ href: HIGH, windows_services: [] }),
      await code({ href: HIGH }),
      await code({ name: 'High port', ...list }),
      await code({ name: 'High ports', new_name: 'HTTPS' }),
    ]).toEqual(['conflicting_service_definition', 'empty_service', 'nothing_to_change', 'not_found', 'already_exists']);
  });
});

import { describe, expect, it } from 'vitest';
import { policyWorld } from '../../../test/changes/policy-world.ts';
import createService from './create-service.ts';
import { discardedFields } from './service-result.ts';

const { ok, refused, desk, read, sent, faults } = await policyWorld([createService]);

describe('create-service', () => {
  it('plans first and sends nothing, then applies exactly that, and takes it back', async () => {
    await sent();
    const args = {
      name: 'Tomcat',
      description: 'Java',
      service_ports: [{ proto: 'tcp', port: 8080, to_port: 8081 }, { proto: 17 }],
    };
    const planned = await ok('create-service', { ...args, dry_run: true });
    expect(await sent()).toEqual([]);
    const plan = String(planned.structured['plan_id']);
    const { outcomes } = await desk.apply(plan);
    const href = outcomes[0]?.href ?? '';
    expect(await read(href)).toMatchObject({
      name: 'Tomcat',
      description: 'Java',
      service_ports: [{ proto: 6, port: 8080, to_port: 8081 }, { proto: 17 }],
    });
    await desk.undo(plan, { dryRun: false });
    expect(await read(href)).toBeNull();
  });

  it('answers the service as the PCE has it, nothing discarded', async () => {
    const { structured } = await ok('create-service', {
      name: 'Print',
      windows_services: [{ process_name: 'c:\\spoolsv.exe', service_name: 'Spooler', proto: 'tcp', port: 445 }],
    });
    expect(structured['service']).toMatchObject({
      name: 'Print',
      kind: 'windows',
      ports: ['445/tcp c:\\spoolsv.exe Spooler'],
    });
    expect(structured['discarded_fields']).toBeUndefined();
  });

  it('names what the PCE did not keep', () => {
    const sentBody = { name: 'S', windows_services: [{ process_name: 'a.exe', port: 1 }, { service_name: 'B' }] };
    expect(discardedFields(sentBody, { ...sentBody, href: '/x', windows_services: [{ port: 1 }] })).toEqual([
      'windows_services[0].process_name',
      'windows_services[1].service_name',
    ]);
    expect(discardedFields(sentBody, sentBody)).toEqual([]);
  });

  it('keeps the refusal of a PCE without the egress feature a failure, with nothing left behind', async () => {
    const { error, steps } = await refused('create-service', {
      name: 'Updater',
      windows_egress_services: [{ process_name: 'update.exe' }],
    });
    expect(error).toBe('change_failed');
    expect(String(steps)).toContain('windows_egress_services');
  });

  it('finds a service whose creation was answered by an error after all', async () => {
    await faults([
      {
        match: { method: 'POST', path: '/orgs/1/sec_policy/draft/services' },
        effect: { kind: 'status', status: 500, when: 'after' },
      },
    ]);
    const { structured } = await ok('create-service', { name: 'Late', service_ports: [{ proto: 'tcp', port: 1 }] });
    expect(structured['service']).toMatchObject({ name: 'Late' });
  });

  it.for([
    [
      'two lists',
      { service_ports: [{ proto: 'tcp' }], windows_services: [{ service_name: 'x' }] },
      'conflicting_service_definition',
    ],
    ['no list', {}, 'empty_service'],
    ['an empty list', { service_ports: [] }, 'empty_service'],
    ['a protocol that is none', { service_ports: [{ proto: 'tpc', port: 1 }] }, 'invalid_arguments'],
    ['a falling range', { service_ports: [{ proto: 'tcp', port: 9, to_port: 8 }] }, 'invalid_arguments'],
    ['a port that is none', { service_ports: [{ proto: 'tcp', port: 65_536 }] }, 'invalid_arguments'],
    ['a port of ICMP', { service_ports: [{ proto: 'icmp', port: 9 }] }, 'invalid_arguments'],
    ['an ICMP type of TCP', { service_ports: [{ proto: 'tcp', icmp_type: 8 }] }, 'invalid_arguments'],
    ['an entry that says nothing', { windows_services: [{}] }, 'invalid_arguments'],
  ] as const)('refuses %s before anything is sent', async ([, lists, code]) => {
    await sent();
    expect([(await refused('create-service', { name: 'Bad', ...lists })).error, await sent()]).toEqual([code, []]);
  });

  it('does not make a second service of the same name', async () => {
    expect((await refused('create-service', { name: 'HTTPS', service_ports: [{ proto: 'tcp' }] })).error).toBe(
      'already_exists',
    );
  });
});

import { describe, expect, it } from 'vitest';
import { tinyEstate, workloadId } from '../testing/tiny-estate.ts';
import { startTiny } from '../testing/tiny-simulator.ts';

const { created, done, got, listed, refused, simulator, call } = await startTiny(tinyEstate());
const devices = '/orgs/1/network_devices';
const config = {
  name: 'switch-1',
  device_type: 'Switch',
  manufacturer: 'Cisco',
  model: '9000',
  credentials: { type: 'cli', port: 22, username: 'admin', password: 'k33p-out' },
};

describe('network devices', () => {
  it('stand behind a node, and their password is nowhere to be seen', async () => {
    const [node] = await listed('/orgs/1/network_enforcement_nodes');
    const made = await created(`${node?.href}/network_devices`, config);
    await done('PUT', made.href, { credentials: { ...config.credentials, port: 2222 } });
    const shown = await got(made.href);
    expect(shown).toMatchObject({
      config: { name: 'switch-1', model: '9000', credentials: { port: 2222, username: 'admin' } },
      network_enforcement_node: { href: node?.href },
    });
    expect(JSON.stringify([made, shown, simulator.world.ownEvents])).not.toContain('k33p-out');
    expect(await got(node?.href ?? '')).toMatchObject({ network_devices: [{ href: made.href }] });
    expect(await listed(`${devices}?model=9000&name=SWITCH`)).toHaveLength(1);
    expect(await listed(`${devices}?manufacturer=Arista`)).toEqual([]);

    const endpoint = await created(`${made.href}/network_endpoints`, {
      config: { endpoint_type: 'switch_port', name: 'eth1/1' },
      workloads: [{ href: `/orgs/1/workloads/${workloadId(4)}` }],
    });
    expect(await got(made.href)).toMatchObject({ network_endpoints: [{ href: endpoint.href }] });
    await done('PUT', endpoint.href, { workloads: [] });
    expect(await got(endpoint.href)).toMatchObject({ config: { name: 'eth1/1' }, workloads: [] });

    const all = { all_devices: true };
    expect((await call('POST', `${devices}/multi_enforcement_instructions_request`, { body: all })).status).toBe(204);
    expect((await call('POST', `${made.href}/enforcement_instructions_applied`, { body: {} })).status).toBe(204);
    expect(await got(made.href)).toMatchObject({
      enforcement_instructions_data_timestamp: expect.any(String),
      enforcement_instructions_ack_timestamp: expect.any(String),
    });
    await done('DELETE', made.href);
    expect((await refused('GET', endpoint.href))[0]).toBe(404);
    expect((await refused('POST', '/orgs/1/network_enforcement_nodes/none/network_devices', { body: config }))[0]).toBe(
      404,
    );
  });
});

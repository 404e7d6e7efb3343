import { describe, expect, it } from 'vitest';
import { breadthEstate, CLUSTER } from '../testing/breadth-estate.ts';
import { LABEL, workloadId } from '../testing/tiny-estate.ts';
import { labelHref, startTiny, type Thing } from '../testing/tiny-simulator.ts';

const { simulator, call, created, done, got, listed, refused } = await startTiny(breadthEstate());
const clusters = '/orgs/1/container_clusters';
const profiles = `${clusters}/${CLUSTER.prod}/container_workload_profiles`;
const names = (things: readonly Thing[]) => things.map(({ name }) => name);
const shop = `${profiles}/${CLUSTER.shop}`;

describe('container clusters', () => {
  it('are listed with their nodes and found by name and mode', async () => {
    expect(names(await listed(`${clusters}?name=PROD`))).toEqual(['k8s-prod']);
    expect(names(await listed(`${clusters}?clas_mode=false`))).toEqual(['k8s-dev']);
    expect(await got(`${clusters}/${CLUSTER.prod}`)).toMatchObject({
      online: true,
      cluster_mode: 'clas',
      nodes: [{ pod_subnet: '10.244.0.0/24' }],
    });
  });

  it('are made with a default profile and a token that is shown once, and go with all they hold', async () => {
    const made = await created(clusters, { name: 'k8s-new', description: 'x' });
    expect(made['container_cluster_token']).toMatch(/^[0-9a-f-]{36}_[0-9a-f]{64}$/);
    expect(await got(made.href)).not.toHaveProperty('container_cluster_token');
    expect(names(await listed(`${made.href}/container_workload_profiles`))).toEqual(['Default Profile']);
    await done('PUT', made.href, { datacenter_nat_1to1: true });
    expect(await got(made.href)).toMatchObject({ name: 'k8s-new', datacenter_nat_1to1: true, online: false });
    expect((await refused('POST', clusters, { body: { name: 'k8s-new' } }))[0]).toBe(406);
    await done('DELETE', made.href);
    expect((await refused('GET', `${made.href}/container_workload_profiles`))[0]).toBe(404);
  });

  it('are named by the hosts that are their nodes', async () => {
    const own = encodeURIComponent(JSON.stringify([`${clusters}/${CLUSTER.prod}`, `${clusters}/${CLUSTER.dev}`]));
    for (const kind of ['workloads', 'vens']) {
      const nodes = await listed(`/orgs/1/${kind}?container_clusters=${own}`);
      expect(nodes.map(({ href }) => href)).toEqual([`/orgs/1/${kind}/${workloadId(1)}`]);
      expect(nodes[0]).toMatchObject({ container_cluster: { name: 'k8s-dev' } });
    }
    expect(await got(`/orgs/1/workloads/${workloadId(2)}`)).toMatchObject({ container_cluster: null });
  });

  it('name the virtual services behind their services', async () => {
    expect(await listed(`${clusters}/${CLUSTER.prod}/service_backends`)).toMatchObject([
      { name: 'shop', namespace: 'shop', virtual_services: { name: 'shop' } },
    ]);
  });
});

describe('container workload profiles', () => {
  it('are found by namespace, labels and whether they are managed', async () => {
    expect(names(await listed(`${profiles}?managed=false`))).toEqual(['Default Profile', 'kube-system']);
    expect(names(await listed(`${profiles}?namespace=sand`))).toEqual(['sandbox']);
    const assigned = encodeURIComponent(JSON.stringify([labelHref(LABEL.prod)]));
    expect(names(await listed(`${profiles}?assign_labels=${assigned}`))).toEqual(['shop']);
    expect(names(await listed(`${profiles}?linked=false`))).toEqual(['Default Profile']);
  });

  it('give everything in their namespace its labels and mode', async () => {
    const before = await listed('/orgs/1/kubernetes_workloads?namespace=sandbox');
    expect(before.length).toBeGreaterThan(0);
    expect(before.every(({ labels }) => Array.isArray(labels) && labels.length === 0)).toBe(true);
    await done('PUT', `${profiles}/${CLUSTER.bare}`, {
      assign_labels: [{ href: labelHref(LABEL.crm) }],
      enforcement_mode: 'full',
    });
    expect(await got(`${profiles}/${CLUSTER.bare}`)).toMatchObject({
      labels: [{ key: 'app', assignment: { href: labelHref(LABEL.crm), value: 'CRM' } }],
      assign_labels: [{ href: labelHref(LABEL.crm) }],
    });
    for (const workload of await listed('/orgs/1/kubernetes_workloads?namespace=sandbox'))
      expect(workload).toMatchObject({ enforcement_mode: 'full', labels: [{ key: 'app', value: 'CRM' }] });
    await done('PUT', `${profiles}/${CLUSTER.bare}`, { managed: false });
    expect(await listed('/orgs/1/kubernetes_workloads?namespace=sandbox')).toEqual([]);
  });

  it('may leave a choice of labels to the namespace', async () => {
    const labels = [
      { key: 'app', assignment: { href: labelHref(LABEL.ordering) } },
      { key: 'env', restriction: [{ href: labelHref(LABEL.prod) }, { href: labelHref(LABEL.dev) }] },
    ];
    await done('PUT', shop, { labels });
    expect(await got(shop)).toMatchObject({
      assign_labels: [{ href: labelHref(LABEL.ordering) }],
      labels: [{ key: 'app' }, { key: 'env', restriction: [{ value: 'Prod' }, { value: 'Dev' }] }],
    });
    await done('PUT', shop, { assign_labels: [{ href: labelHref(LABEL.crm) }] });
    expect(await got(shop)).toMatchObject({ labels: [{ key: 'app', assignment: { value: 'CRM' } }, { key: 'env' }] });
  });

  it.each([
    ['a label of another key', { labels: [{ key: 'env', assignment: { href: labelHref(LABEL.crm) } }] }],
    ['a label that is not there', { assign_labels: [{ href: labelHref(99) }] }],
    ['a key twice', { assign_labels: [{ href: labelHref(LABEL.crm) }, { href: labelHref(LABEL.ordering) }] }],
    ['a mode that is none', { enforcement_mode: 'strict' }],
  ])('refuse %s', async (_what, body) => {
    expect((await refused('PUT', shop, { body }))[0]).toBe(406);
  });

  it('are changed several at a time, all or none', async () => {
    const both = [{ href: shop }, { href: `${profiles}/${CLUSTER.bare}` }];
    await done('PUT', `${profiles}/update`, { container_workload_profiles: both, enforcement_mode: 'selective' });
    for (const { href } of both) expect(await got(href)).toMatchObject({ enforcement_mode: 'selective' });
    const foreign = { href: `${clusters}/${CLUSTER.dev}/container_workload_profiles/${CLUSTER.shop}` };
    const body = { container_workload_profiles: [both[0], foreign], enforcement_mode: 'idle' };
    expect((await refused('PUT', `${profiles}/update`, { body }))[1]).toBe('invalid_uri');
    expect(await got(shop)).toMatchObject({ enforcement_mode: 'selective' });
  });

  it('of a namespace that exists stay', async () => {
    expect((await refused('DELETE', shop))[0]).toBe(406);
    const made = await created(profiles, { name: 'soon', managed: true });
    await done('DELETE', made.href);
  });

  it('are not for a read-only key to change, nor for one limited to labels', async () => {
    for (const key of [simulator.keys.readOnly, simulator.keys.scoped])
      expect((await refused('PUT', shop, { body: { managed: false }, key }))[0]).toBe(403);
  });
});

describe('what runs in clusters', () => {
  it('is a Kubernetes workload in CLAS mode and a pod without', async () => {
    const dev = encodeURIComponent(JSON.stringify([`${clusters}/${CLUSTER.dev}`]));
    expect(await listed(`/orgs/1/kubernetes_workloads?container_clusters=${dev}`)).toEqual([]);
    const pods = await listed(`/orgs/1/container_workloads?container_clusters=${dev}`);
    expect(pods.length).toBeGreaterThan(1);
    expect(pods[0]).toMatchObject({ namespace: 'shop', labels: [{ value: 'CRM' }, { value: 'Dev' }], managed: true });
    expect((await refused('GET', '/orgs/1/kubernetes_workloads/none'))[0]).toBe(404);
  });

  it('is a workload to the policy: a rule for its labels opens the way to a pod', async () => {
    const [pod] = (await listed('/orgs/1/container_workloads')) as unknown as { interfaces: { address: string }[] }[];
    const address = pod?.interfaces[0]?.address ?? '';
    const check = () =>
      call(
        'GET',
        `/orgs/1/sec_policy/draft/allow?src_external_ip=192.168.1.1&dst_external_ip=${address}&port=8080&protocol=6`,
      );
    expect((await check()).json).toEqual([]);
    const rule = await created('/orgs/1/sec_policy/draft/rule_sets/1/sec_rules', {
      enabled: true,
      providers: [{ label: { href: labelHref(LABEL.crm) } }, { label: { href: labelHref(LABEL.dev) } }],
      consumers: [{ ip_list: { href: '/orgs/1/sec_policy/draft/ip_lists/2' } }],
      ingress_services: [{ proto: 6, port: 8080 }],
      resolve_labels_as: { providers: ['workloads'], consumers: ['workloads'] },
      unscoped_consumers: true,
    });
    expect((await check()).json).toMatchObject([{ href: rule.href }]);
  });
});

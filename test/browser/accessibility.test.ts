import type { Browser, BrowserContextOptions } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { draft } from '../gateway/approving.ts';
import { type Firm, firm } from '../gateway/firm.ts';
import { CHROMIUM, launchChromium } from './chromium.ts';
import { personAt, says } from './person.ts';

const SIGHTS: readonly (readonly [string, BrowserContextOptions])[] = [
  ['light, on a desk', { viewport: { width: 1280, height: 900 }, colorScheme: 'light' }],
  ['dark, on a telephone', { viewport: { width: 320, height: 700 }, colorScheme: 'dark' }],
];

// The oracle is axe-core: labels, roles, landmarks, names, contrast, order of headings, target size.
describe.skipIf(CHROMIUM === undefined)('the pages are accessible', () => {
  let place: Firm;
  let browser: Browser;
  beforeAll(async () => {
    [place, browser] = await Promise.all([firm({ MCP_CONFIRM_MODE: 'person' }), launchChromium()]);
  });
  afterAll(async () => {
    await browser.close();
    await place.close();
  });

  it.each(SIGHTS)('in the %s', async (_name, sight) => {
    const { page, signIn, inaccessible } = await personAt(browser, place, sight);
    const broken: Record<string, readonly string[]> = {};
    const look = async (what: string) => {
      broken[what] = await inaccessible();
      const [needed, has] = await page.evaluate<[number, number]>(
        '[document.documentElement.scrollWidth, document.documentElement.clientWidth]',
      );
      // Nothing to scroll sideways (WCAG 1.4.10).
      expect([what, needed]).toEqual([what, has]);
    };
    const fill = async (secret: string) => {
      const { host, port, apiKey } = place.simulator;
      for (const [label, value] of [
        ['PCE host', host],
        ['Port', String(port)],
        ['API key id', apiKey],
        ['API key secret', secret],
      ] as const)
        await page.getByLabel(label).fill(value);
      await page.getByLabel('Check the certificate').uncheck();
      await page.getByRole('button', { name: 'Try and register' }).click();
    };

    await signIn('ada', '/setup');
    await look('no key');
    await fill('wrong');
    await says(page, 'alert', 'was not stored');
    await look('an error');
    await fill(place.simulator.apiSecret);
    await says(page, 'status', 'is registered');
    await page.getByText('Delete it').click();
    await look('a key');

    await draft(place, `seen in the ${sight.colorScheme}`);
    const { approval_url: url } = await place.call('ada', 'provision-policy');
    await page.goto(String(url));
    await says(page, 'heading', 'Approve a change?');
    await look('an approval');
    await page.getByRole('button', { name: 'Deny' }).click();
    await says(page, 'status', 'Denied');
    await look('a verdict');
    await page.goto(`${place.origin}/signin/callback`);
    await says(page, 'alert', 'The sign-in took too long');
    await look('a failed sign-in');
    expect(broken).toEqual(Object.fromEntries(Object.keys(broken).map((what) => [what, []])));
  });

  it('which would be noticed if they were not', async () => {
    const { page, signIn, inaccessible } = await personAt(browser, place);
    await signIn('ada', '/setup');
    await page.evaluate(`document.querySelector('label[for=key]').remove()`);
    await page.evaluate(`document.documentElement.removeAttribute('lang')`);
    expect((await inaccessible()).map((rule) => rule.split(':')[0])).toContain('html-has-lang');
  });
});

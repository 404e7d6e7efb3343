import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Firm, firm } from '../gateway/firm.ts';
import { CHROMIUM, launchChromium } from './chromium.ts';
import { openElsewhere } from './elsewhere.ts';
import { type Person, personAt, says } from './person.ts';

// As in a company: a name, TLS that ends at a proxy, an OpenID provider library on another origin.
const NAME = 'mcp.example.com';

const FOCUSED = `(() => {
  const focused = document.activeElement;
  const name = focused.labels?.[0]?.innerText ?? focused.innerText;
  return [name.trim(), getComputedStyle(focused).outlineWidth, focused.matches(':focus-visible')];
})()`;

describe.skipIf(CHROMIUM === undefined)('/setup in Chromium', () => {
  let place: Firm;
  let browser: Browser;
  beforeAll(async () => {
    place = await firm({}, NAME);
    browser = await launchChromium({ [NAME]: place.address });
  });
  afterAll(async () => {
    await browser.close();
    await place.close();
  });

  const visit = async (login: string): Promise<Person> => {
    const person = await personAt(browser, place);
    await person.signIn(login, '/setup');
    return person;
  };

  const fill = async ({ page }: Person, secret = place.simulator.apiSecret) => {
    await page.getByLabel('PCE host').fill(place.simulator.host);
    await page.getByLabel('Port').fill(String(place.simulator.port));
    await page.getByLabel('Org').fill(String(place.simulator.orgId));
    await page.getByLabel('API key id').fill(place.simulator.apiKey);
    await page.getByLabel('API key secret').fill(secret);
    await page.getByLabel('Check the certificate').uncheck();
    await page.getByRole('button', { name: 'Try and register' }).click();
  };

  it('registers, tests, replaces and deletes a key, with nothing to complain about', async () => {
    const person = await visit('ada');
    const { page } = person;
    expect(await page.getByText('No key is registered.').isVisible()).toBe(true);
    await page.getByLabel('Note').fill('laptop & <b>desk</b>');
    await fill(person);
    await says(page, 'status', 'The key works and is registered');
    expect(await page.getByText('laptop & <b>desk</b>', { exact: true }).isVisible()).toBe(true);
    expect(await place.call('ada', 'get-labels', { max_results: 1 })).toHaveProperty('items');

    await page.getByRole('button', { name: 'Test it' }).click();
    await says(page, 'status', /The key works: .*version \d/);

    expect(await page.getByLabel('API key secret').inputValue()).toBe('');
    await page.getByLabel('Note').fill('another');
    await fill(person);
    await page.getByRole('definition').filter({ hasText: 'another' }).waitFor();
    expect(await place.call('ada', 'check-pce-credentials-status')).toMatchObject({
      registered: true,
      label: 'another',
    });

    const remove = page.getByRole('button', { name: 'Delete the key' });
    expect(await remove.isVisible()).toBe(false);
    await page.getByText('Delete it').click();
    await remove.click();
    await says(page, 'status', 'Your key was deleted here.');
    expect(await place.call('ada', 'get-labels')).toMatchObject({ error: 'no_pce_credentials' });
    expect(person.complaints).toEqual([]);
  });

  it('is worked with the keyboard alone, which always shows where it is', async () => {
    const { page, complaints } = await visit('ben');
    const { simulator } = place;
    const seen: string[] = [];
    /** Goes on to the next control and says which one it is; it must be marked. */
    const tab = async () => {
      await page.keyboard.press('Tab');
      const [name, outline, isMarked] = await page.evaluate<[string, string, boolean]>(FOCUSED);
      seen.push(name);
      expect([name, isMarked, Number.parseFloat(outline)]).toEqual([name, true, 3]);
    };
    const type = async (text: string) => {
      await tab();
      await page.keyboard.press('Control+A');
      await page.keyboard.type(text);
    };
    await type(simulator.host);
    await type(String(simulator.port));
    await type(String(simulator.orgId));
    await type(simulator.apiKey);
    await type(simulator.apiSecret);
    await type('by hand');
    await tab();
    await page.keyboard.press('Space');
    await tab();
    expect(seen).toEqual([
      'PCE host',
      'Port',
      'Org',
      'API key id',
      'API key secret',
      'Note (optional)',
      'Check the certificate of the PCE',
      'Try and register',
    ]);
    await page.keyboard.press('Enter');
    await says(page, 'status', 'The key works');
    // What became of it has the focus, so that a screen reader says it, and the next control is the one below it.
    expect(await page.locator(':focus').innerText()).toContain('The key works and is registered');
    await tab();
    await tab();
    await page.keyboard.press('Enter');
    await tab();
    await page.keyboard.press('Enter');
    await page.getByText('Your key was deleted here.').waitFor();
    expect(seen.slice(8)).toEqual(['Test it', 'Delete it', 'Delete the key']);
    expect(complaints).toEqual([]);
  });

  it('says what is wrong, keeps what was typed and forgets the secret', async () => {
    const person = await visit('ada');
    const { page } = person;
    await fill(person, 'canary-typed-secret');
    await says(page, 'alert', 'The PCE key was not stored');
    expect(await page.title()).toMatch(/^Error: /);
    expect(await page.locator(':focus').innerText()).toMatch(
      /^The PCE key was not stored: .*\. Correct what the message/,
    );
    expect(await page.getByLabel('PCE host').inputValue()).toBe(place.simulator.host);
    expect(await page.getByLabel('Check the certificate').isChecked()).toBe(false);
    expect(await page.getByLabel('API key id').inputValue()).toBe('');
    expect(await page.content()).not.toContain('canary-typed-secret');
    expect(person.complaints).toEqual([]);
  });

  it('keeps its cookies from scripts and from other sites', async () => {
    const { context } = await visit('ada');
    expect(await context.cookies(place.origin)).toEqual([
      expect.objectContaining({
        name: '__Host-illumio-mcp-session',
        httpOnly: true,
        secure: true,
        sameSite: 'Strict',
        path: '/',
      }),
    ]);
  });

  it('signs out', async () => {
    const { page, context } = await visit('ada');
    await page.getByRole('button', { name: 'Sign out' }).click();
    await says(page, 'status', 'Signed out here.');
    expect(await context.cookies(place.origin)).toEqual([]);
  });

  it('says that the sign-in ended where a form comes too late', async () => {
    const person = await visit('ada');
    const { page, context } = person;
    await context.clearCookies({ domain: NAME });
    await fill(person);
    await says(page, 'alert', 'Your sign-in ended before this was sent.');
    expect(await page.getByRole('link', { name: 'Sign in again' }).getAttribute('href')).toBe(`${place.origin}/setup`);
  });

  it('shows a person without a role that they may do nothing', async () => {
    const { page } = await visit('stranger');
    await says(page, 'heading', 'Not allowed');
  });

  it('is changed by no page of another site, and framed by none', async () => {
    const person = await visit('ada');
    await fill(person);
    await says(person.page, 'status', 'The key works and is registered');
    const other = await openElsewhere(`<form method="post" action="${place.origin}/setup">
      <input name="action" value="delete"><button>Win a prize</button></form>`);
    const forged = await person.context.newPage();
    await forged.goto(other.url);
    const [answer] = await Promise.all([
      forged.waitForResponse((response) => response.url() === `${place.origin}/setup`),
      forged.getByRole('button').click(),
    ]);
    expect(answer.status()).toBe(403);
    expect(await place.call('ada', 'check-pce-credentials-status')).toMatchObject({ registered: true });

    // The session stays behind there, so `/setup` would lead to the identity provider; this page is ours whoever asks.
    const framing = await openElsewhere(`<iframe src="${place.origin}/signin/callback"></iframe>`);
    const refusals: string[] = [];
    const framed = await person.context.newPage();
    framed.on('console', (message) => void refusals.push(message.text()));
    await framed.goto(framing.url);
    await expect.poll(() => refusals.join()).toMatch(/frame-ancestors|X-Frame-Options/);
    await Promise.all([other.close(), framing.close()]);
  });

  it('runs no script and takes no style that something managed to write into it', async () => {
    const { page, complaints } = await visit('ada');
    await page.evaluate(
      `document.body.insertAdjacentHTML('beforeend', '<img src=x onerror="document.title=1"><p style="color:red">x</p>')`,
    );
    await expect
      .poll(() => complaints.filter((text) => text.includes('Content Security Policy')).length)
      .toBeGreaterThan(1);
    expect(await page.title()).not.toBe('1');
  });
});

import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { approving, draft, pathToApprove } from '../gateway/approving.ts';
import type { Firm } from '../gateway/firm.ts';
import { CHROMIUM, launchChromium } from './chromium.ts';
import { openElsewhere } from './elsewhere.ts';
import { personAt, says } from './person.ts';

describe.skipIf(CHROMIUM === undefined)('/approve in Chromium', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(() => browser.close());

  async function asked(place: Firm, name: string): Promise<string> {
    await draft(place, name);
    return pathToApprove(place);
  }

  const at = async (place: Firm, login: string, path: string) => {
    const person = await personAt(browser, place);
    await person.signIn(login, path);
    return person;
  };

  describe('MCP_CONFIRM_MODE=person', () => {
    let place: Firm;
    beforeAll(async () => {
      place = await approving('person');
    });
    afterAll(() => place.close());

    it('shows the change in words and as a diff; approved, it is done once', async () => {
      const path = await asked(place, 'approved in a browser');
      const { page, complaints } = await at(place, 'ada', path);
      await says(page, 'heading', 'Approve a change?');
      expect(await page.getByRole('definition').first().innerText()).toBe('provision-policy');
      expect(await page.getByRole('listitem').filter({ hasText: 'approved in a browser' }).first().innerText()).toMatch(
        /^created, ip_lists, approved in a browser/,
      );
      // The drafts of others that would go along, as what was and what would be.
      expect(await page.getByRole('deletion').first().innerText()).toBe('service_ports: [8070/tcp]');
      expect(await page.getByRole('insertion').first().innerText()).toBe('service_ports: [8070/tcp, 8071/tcp]');
      await says(page, 'heading', 'Widens policy');
      expect(await page.getByRole('listitem').filter({ hasText: 'POST /orgs/1/sec_policy' }).count()).toBe(1);
      await page.getByRole('button', { name: 'Approve' }).click();
      await says(page, 'status', 'Approved. The assistant can now repeat the call; it counts once.');
      expect(complaints).toEqual([]);
      expect(await place.call('ada', 'provision-policy')).toMatchObject({ version: expect.any(Number) });
      await draft(place, 'and another');
      expect(await place.call('ada', 'provision-policy')).toMatchObject({ error: 'confirm_required' });
    });

    it('is answered with the keyboard alone', async () => {
      const { page } = await at(place, 'ada', await asked(place, 'denied by hand'));
      for (const key of ['Tab', 'Tab']) await page.keyboard.press(key);
      expect(await page.locator(':focus-visible').innerText()).toBe('Deny');
      await page.keyboard.press('Enter');
      await says(page, 'status', 'Denied.');
      expect(await place.call('ada', 'provision-policy')).toMatchObject({ error: 'forbidden' });
    });

    it('approves nothing that another site sends', async () => {
      const path = await asked(place, 'forged elsewhere');
      const { context } = await at(place, 'ada', path);
      const other = await openElsewhere(`<form method="post" action="${place.origin}${path}">
        <input name="verdict" value="approve"><button>Win a prize</button></form>`);
      const forged = await context.newPage();
      await forged.goto(other.url);
      const [answer] = await Promise.all([
        forged.waitForResponse((response) => response.url() === `${place.origin}${path}`),
        forged.getByRole('button').click(),
      ]);
      expect(answer.status()).toBe(403);
      expect(await place.call('ada', 'provision-policy')).toMatchObject({ error: 'confirm_required' });
      await other.close();
    });
  });

  it('MCP_CONFIRM_MODE=second: who asked reads that somebody else must; a colleague does', async () => {
    const place = await approving('second');
    const path = await asked(place, 'by a colleague');
    const asker = await at(place, 'ada', path);
    await says(asker.page, 'alert', 'Somebody else must approve this change');
    expect(await asker.page.getByRole('button').count()).toBe(0);
    const { page, complaints } = await at(place, 'ben', path);
    expect(await page.getByRole('definition').nth(1).innerText()).toBe('ada');
    await page.getByRole('button', { name: 'Approve' }).click();
    await says(page, 'status', 'Approved.');
    expect(complaints).toEqual([]);
    expect(await place.call('ada', 'provision-policy')).toMatchObject({ version: expect.any(Number) });
    await place.close();
  });
});

import axe from 'axe-core';
import type { Browser, BrowserContext, BrowserContextOptions, ConsoleMessage, Page } from 'playwright-core';
import type { Firm } from '../gateway/firm.ts';

/** Somebody at a browser of their own. */
export interface Person {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Opens a page of the gateway and signs in at the identity provider, which sends them back to it. */
  readonly signIn: (login: string, path: string) => Promise<void>;
  /** What the console said about our pages: violations of the policy, failed loads, errors. */
  readonly complaints: readonly string[];
  /** Rules of WCAG 2.2 AA and good practice that the page breaks, with the elements that do. */
  readonly inaccessible: () => Promise<readonly string[]>;
}

const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

export async function personAt(
  browser: Browser,
  { origin }: Pick<Firm, 'origin'>,
  options: BrowserContextOptions = {},
): Promise<Person> {
  const context = await browser.newContext({ ignoreHTTPSErrors: true, ...options });
  const page = await context.newPage();
  // A machine that runs other suites beside this one is slow.
  page.setDefaultTimeout(60_000);
  const complaints: string[] = [];
  const note = (message: ConsoleMessage) => {
    const { url } = message.location();
    // The pages of the identity provider are not ours, and neither is an answer of ours that says no.
    const isOurs = url.startsWith(origin) || url === '';
    const isAnswer = message.text().includes('the server responded with a status of 40');
    if (isOurs && !isAnswer && ['error', 'warning'].includes(message.type())) complaints.push(message.text());
  };
  page.on('console', note);
  page.on('pageerror', (error) => complaints.push(error.message));

  return {
    page,
    context,
    complaints,
    async signIn(login, path) {
      await page.goto(`${origin}${path}`);
      await page.getByPlaceholder('Enter any login').fill(login);
      await page.getByPlaceholder('and password').fill('any');
      await page.getByRole('button', { name: 'Sign-in' }).click();
      await page.getByRole('button', { name: 'Continue' }).click();
      await page.waitForURL(`${origin}${path}`);
    },
    async inaccessible() {
      // Not as a script of the page, which its policy forbids.
      await page.evaluate(axe.source);
      const { violations } = await page.evaluate<axe.AxeResults>(
        `axe.run(document, ${JSON.stringify({ runOnly: RULES })})`,
      );
      return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
    },
  };
}

/** Waits until the page says this in an element of that role. */
export const says = (page: Page, role: 'alert' | 'heading' | 'status', text: string | RegExp): Promise<void> =>
  page.getByRole(role).filter({ hasText: text }).waitFor();

// The house stands: the server is ready, and the first page opens in both languages without an error.
import { expect, test } from './support/test';

test('the server is ready', async ({ request }) => {
  expect((await request.get('/healthz')).status()).toBe(200);
  expect((await request.get('/readyz')).status()).toBe(200);
});

for (const { path, lang } of [
  { path: '/', lang: /^zh/ },
  { path: '/en/', lang: /^en/ },
]) {
  test(`the home page opens at ${path}`, async ({ page }, info) => {
    const problems: string[] = [];
    page.on('console', (message) => {
      if (message.type() === 'error') problems.push(message.text());
    });
    page.on('pageerror', (error) => problems.push(error.message));
    page.on('response', (response) => {
      if (response.status() >= 400) problems.push(`${response.status()} ${response.url()}`);
    });

    const response = await page.goto(path, { waitUntil: 'networkidle' });
    expect(response?.status()).toBe(200);
    await expect(page.locator('html')).toHaveAttribute('lang', lang);
    await expect(page).toHaveTitle(/\S/);
    await expect(page.getByRole('main')).toBeVisible();

    // A phone's page never scrolls sideways.
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    expect(width).toBeLessThanOrEqual(page.viewportSize()?.width ?? 0);

    const name = lang.source.replace('^', '');
    await page.screenshot({ path: `artifacts/home-${name}-${info.project.name}.png`, fullPage: true });
    expect(problems).toEqual([]);
  });
}

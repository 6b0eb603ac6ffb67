// A chicken is sold by weight: what that means is said wherever it is bought.
import { expect, test } from './support/test';
import { amount, buy, visit, withScriptsOn } from './support/shop';

withScriptsOn('phone');

test('whoever buys a chicken is told what is paid now and what comes back', async ({ page, t, at }) => {
  await visit(page, at('/products/chicken-whole'));
  const offer = page.getByRole('main').getByText(t('按重量计价', 'Sold by weight')).first();
  for (const text of ['¥59', t('1.3–2 公斤', '1.3–2 kg'), '¥118']) await expect(offer).toContainText(text);

  const { number } = await buy(page, t, at('/products/chicken-whole'));
  await visit(page, at(`/orders/${number}`));
  await expect(page.getByRole('main').getByText(t('发货前称重', 'weighed before it is sent')).first()).toBeVisible();
  expect(await amount(page, t('商品', 'Goods')), 'the heaviest one is paid for').toBe(11_800);
});

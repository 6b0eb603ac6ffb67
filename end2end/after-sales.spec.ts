// After the sale: money back before anything has left, and a claim with a photo that goes up to the town.
import { expect, test } from './support/test';
import { newPhoto } from './support/kept';
import { expectAccessible } from './support/axe';
import { amount, buy, expectSheet, fen, goOn, narrow, ready, seen, unfold, visit, withScriptsOn } from './support/shop';
import { givenBack, openAfterSaleOfTeam, receive, refundsTold, ship } from './support/shop';

withScriptsOn('phone');


test('a guest takes an order back before it has left, and the seller sees it in time', async ({ page, pageOf, t, at }) => {
  const { number, total } = await buy(page, t, at('/products/tea-chaoqing'));
  await visit(page, at(`/orders/${number}`));
  await goOn(page, page.getByRole('link', { name: t('申请售后', 'Refund, return or exchange') }), /\/after-sale$/);

  await test.step('what is missing is said beside its field, and nothing is lost', async () => {
    await page.getByLabel(t('说明', 'What happened')).fill('不想要了，谢谢');
    await page.getByRole('button', { name: t('提交申请', 'Send the request') }).click();
    await ready(page);
    await expect(page.getByRole('alert')).toContainText(t('原因', 'Reason'));
    await expect(page.getByLabel(t('说明', 'What happened'))).toHaveValue('不想要了，谢谢');
  });
  await page.getByLabel(t('未发货退款', 'Refund before sending')).check();
  await page.getByLabel(t('原因', 'Reason')).selectOption('changed_mind');
  await page.getByLabel(t('数量', 'Pieces')).fill('1');
  await goOn(page, page.getByRole('button', { name: t('提交申请', 'Send the request') }), /\/after-sales\/[0-9a-z]{13}$/);
  await expect(page.getByText(t('待卖家答复', 'Waiting for the seller')).first()).toBeVisible();
  await expect(page.getByRole('main')).toContainText('不想要了，谢谢');
  const asked = new URL(page.url()).pathname;

  const seller = await pageOf('seller');
  /** From the first page of the console, by a figure that is not nothing. */
  const goOnByFigure = async (label: string, to: RegExp) => {
    await visit(seller, at('/sell'));
    const figure = seller.getByRole('main').getByRole('link', { name: new RegExp(`^${label}`) });
    expect(Number(await figure.locator('.stat__v').innerText()), label).toBeGreaterThan(0);
    await goOn(seller, figure, to);
  };
  await test.step('what waits for a word is counted, narrowed and taken along like the other lists', async () => {
    await page.getByLabel(t('留言', 'Message')).fill('还在吗？');
    await page.getByRole('button', { name: t('发送', 'Send'), exact: true }).click();
    await expect(page.locator('#said')).toContainText('还在吗？');
    await goOnByFigure(t('待回复留言', 'Messages to answer'), /\/after-sales\?state=talk$/);
    const row = seller.getByRole('row').filter({ hasText: number });
    await unfold(seller, t);
    await seller.getByLabel(t('查找', 'Find'), { exact: true }).fill(number.toLowerCase());
    await narrow(seller, t, /state=talk.*q=xj/);
    await expect(seller.locator('tbody tr')).toHaveCount(1);
    await expect(row).toBeVisible();
    await expectSheet(seller, t, /^after-sales-[\d-]+\.xlsx$/);
    await seller.getByLabel(t('申请', 'Asked for'), { exact: true }).selectOption('exchange');
    await narrow(seller, t, /state=talk.*kind=exchange/);
    await expect(seller.getByText(t('没有找到', 'Nothing found'))).toBeVisible();
    await goOn(seller, seller.getByRole('link', { name: t('清除筛选', 'Clear') }), /\/after-sales\?state=talk$/);
    await expect(row).toBeVisible();
  });
  await goOnByFigure(t('待处理售后', 'After-sales to answer'), /\/after-sales$/);
  await goOn(seller, seller.getByRole('row').filter({ hasText: number }).getByRole('link', { name: number }), /\/after-sales\/[0-9a-z]{13}$/);
  expect(fen(await seller.locator('.totals__sum dd').innerText()), 'all of it, with the freight').toBe(total);
  await seller.getByRole('button', { name: t('同意退款', 'Agree: refund') }).click();
  await ready(seller);
  await expect(seller.getByText(t('已退款', 'Refunded')).first()).toBeVisible();

  await test.step('what has ended is narrowed, and taken along as a sheet', async () => {
    await visit(seller, at('/sell'));
    await visit(seller, `${new URL(seller.url()).pathname}/after-sales?state=ended`);
    await unfold(seller, t);
    await seller.getByLabel(t('申请', 'Asked for'), { exact: true }).selectOption('refund_unshipped');
    await goOn(seller, seller.getByRole('button', { name: t('筛选', 'Narrow') }), /kind=refund_unshipped/);
    await expect(seller.getByRole('row').filter({ hasText: number })).toBeVisible();
    const sheet = await seller.getByRole('link', { name: t('导出表格', 'Export') }).getAttribute('href');
    const answer = await seller.request.get(sheet ?? '');
    expect(answer.status()).toBe(200);
    expect(answer.headers()['content-type']).toContain('spreadsheetml');
    expect((await answer.body()).subarray(0, 2).toString()).toBe('PK');
    await seller.getByLabel(t('申请', 'Asked for'), { exact: true }).selectOption('exchange');
    await goOn(seller, seller.getByRole('button', { name: t('筛选', 'Narrow') }), /kind=exchange/);
    await expect(seller.getByRole('row').filter({ hasText: number })).toHaveCount(0);
  });

  await visit(page, asked);
  await expect(page.getByRole('list').filter({ hasText: t('退款已决定', 'decided the refund') }).first()).toBeVisible();
  await visit(page, at(`/orders/${number}`));
  await expect(page.getByRole('heading', { level: 1, name: t('已取消并退款', 'Cancelled and refunded') })).toBeVisible();
});

test('a damaged share is claimed with a photo, refused, and granted by the county', async ({ page, pageOf, t, at }) => {
  const { number } = await buy(page, t, at('/products/tea-chaoqing'));
  const seller = await pageOf('seller');
  await visit(seller, at('/sell'));
  await goOn(seller, seen(seller.getByRole('link', { name: t('发货', 'Parcels') })), /\/parcels/);
  const parcel = seller.getByRole('article').filter({ hasText: number });
  await parcel.getByLabel(t('快递单号', 'Tracking number')).fill(`AS${Date.now()}`);
  await parcel.getByRole('button', { name: t('标记已发货', 'Mark as shipped') }).click();
  await expect(seller.getByText(t('已发出订单', 'Shipped: order'))).toContainText(number);

  await visit(page, at(`/orders/${number}`));
  await page.getByRole('button', { name: t('确认收货', 'I have received it') }).click();
  await expect(page.getByRole('heading', { level: 1, name: t('已签收', 'Received') })).toBeVisible();
  await goOn(page, page.getByRole('link', { name: t('申请售后', 'Refund, return or exchange') }), /\/after-sale$/);
  await page.getByLabel(t('坏果赔付', 'Damage claim'), { exact: false }).first().check();
  await page.getByLabel(t('原因', 'Reason')).selectOption('damaged');
  await page.getByLabel(t('数量', 'Pieces')).fill('1');
  await page.getByLabel(t('损坏比例', 'Damaged share')).fill('30');
  await page.getByLabel(t('照片', 'Photos')).setInputFiles(newPhoto('box.png'));
  await goOn(page, page.getByRole('button', { name: t('提交申请', 'Send the request') }), /\/after-sales\/[0-9a-z]{13}$/);
  await expect(page.getByRole('img', { name: t('照片 1', 'Photo 1') })).toBeVisible();
  const asked = new URL(page.url()).pathname;
  const whole = await amount(page, t('商品', 'Goods'));

  await visit(seller, asked);
  await seller.getByText(t('拒绝，并说明理由', 'Refuse, with a reason')).click();
  await seller.getByLabel(t('理由（买家会看到）', 'Reason (the buyer sees it)')).fill('照片里看不清');
  await seller.getByRole('button', { name: t('拒绝申请', 'Refuse') }).click();
  await ready(seller);
  await expect(seller.getByText(t('卖家已拒绝', 'Refused by the seller')).first()).toBeVisible();

  await visit(page, asked);
  await expect(page.getByRole('main')).toContainText('照片里看不清');
  await page.getByText(t('不同意？请镇服务团裁定', 'You do not agree? Ask the town')).click();
  await page.getByLabel(t('为什么不同意', 'Why you do not agree')).fill('罐子裂了');
  await page.getByRole('button', { name: t('请镇里裁定', 'Ask the town') }).click();
  await ready(page);
  await expect(page.getByText(t('待镇里裁定', 'Waiting for the town')).first()).toBeVisible();

  const county = await pageOf('county');
  await visit(county, at('/town/after-sales'));
  await goOn(county, county.getByRole('link', { name: number }), /\/after-sales\/[0-9a-z]{13}$/);
  await county.getByLabel(t('裁定理由', 'Reasons')).fill('照片可见破损');
  await county.getByRole('button', { name: t('支持买家', 'Find for the buyer') }).click();
  await ready(county);
  await expect(county.getByText(t('已退款', 'Refunded')).first()).toBeVisible();

  await test.step('what was decided stays to be read, narrowed and taken along', async () => {
    await visit(county, at('/town/after-sales'));
    await expect(county.getByRole('link', { name: number })).toHaveCount(0);
    await goOn(county, county.getByRole('link', { name: t('已裁定', 'Decided') }), /state=decided/);
    await expect(county.getByRole('link', { name: number })).toHaveCount(1);
    await expectSheet(county, t, /^appeals-[\d-]+\.xlsx$/);
    await unfold(county, t);
    await county.getByLabel(t('申请日期从', 'Asked from')).fill('2020-01-01');
    await county.getByLabel(t('到', 'to'), { exact: true }).fill('2020-01-02');
    await narrow(county, t, /state=decided.*from=2020-01-01|from=2020-01-01.*state=decided/);
    await expect(county.getByText(t('没有找到', 'Nothing found'))).toBeVisible();
  });

  await visit(page, asked);
  await expect(page.getByRole('main')).toContainText('照片可见破损');
  expect(await amount(page, t('商品', 'Goods')), 'what was shown before is what went back').toBe(whole);
});

test('an amount is offered for the bruises, and the buyer keeps the goods', async ({ page, pageOf, t, at }) => {
  test.setTimeout(120_000);
  const { number } = await buy(page, t, at('/products/tea-chaoqing'));
  const seller = await pageOf('seller');
  await ship(seller, t, at, number, `PT${Date.now()}`);
  await receive(page, t, at, number);
  await goOn(page, page.getByRole('link', { name: t('申请售后', 'Refund, return or exchange') }), /\/after-sale$/);
  await page.getByLabel(t('坏果赔付', 'Damage claim'), { exact: false }).first().check();
  await page.getByLabel(t('原因', 'Reason')).selectOption('damaged');
  await page.getByLabel(t('数量', 'Pieces')).fill('1');
  await page.getByLabel(t('想要赔多少', 'How much you ask for')).fill('6');
  await page.getByLabel(t('照片', 'Photos')).setInputFiles(newPhoto('bruise.png'));
  await goOn(page, page.getByRole('button', { name: t('提交申请', 'Send the request') }), /\/after-sales\/[0-9a-z]{13}$/);
  expect(await amount(page, t('商品', 'Goods')), 'what was asked for, not what it cost').toBe(600);
  const asked = new URL(page.url()).pathname;

  await test.step('the seller offers less, with a reason', async () => {
    await openAfterSaleOfTeam(seller, t, at, number);
    await seller.getByText(t('赔一部分，商品不用退', 'Offer a part: the goods stay with the buyer')).click();
    await seller.getByLabel(t('赔付金额', 'Amount'), { exact: true }).fill('6');
    await seller.getByLabel(t('说明（买家会看到）', 'Why (the buyer sees it)')).fill('磕碰不大');
    await seller.getByRole('button', { name: t('提出这个金额', 'Offer this amount') }).click();
    await expect(seller.getByRole('alert').first()).toContainText(
      t('请填写 ¥0.01 到 ¥5.99 之间的金额', 'Enter an amount from ¥0.01 to ¥5.99'),
    );
    await ready(seller);
    await seller.getByLabel(t('赔付金额', 'Amount'), { exact: true }).fill('2');
    await seller.getByRole('button', { name: t('提出这个金额', 'Offer this amount') }).click();
    await expect(seller.getByText(t('卖家提出另一金额', 'The seller offers another amount')).first()).toBeVisible();
  });

  await visit(page, asked);
  await expect(page.getByRole('main')).toContainText('磕碰不大');
  await expectAccessible(page, 'an after-sale with an offer');
  await page.getByRole('button', { name: t('接受卖家提出的', 'Accept') }).click();
  await expect(page.getByText(t('已退款', 'Refunded')).first()).toBeVisible();
  expect(await amount(page, t('商品', 'Goods'))).toBe(200);
  const back = await givenBack(page);
  await visit(page, at(`/orders/${number}`));
  await expect(refundsTold(page, t)).toHaveCount(1);
  expect(fen(await refundsTold(page, t).innerText())).toBe(back);
  await expect(page.getByRole('heading', { level: 1, name: t('已签收', 'Received') }), 'the goods are kept').toBeVisible();
});

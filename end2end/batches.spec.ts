// Where a batch lies, whose harvest it is, which one is sold first, and what becomes of one that has expired.
import { expect, test } from './support/test';
import { expectAccessible } from './support/axe';
import { TAYUAN, ZUOLONG, addPlace, checkOut, day, listTea, newName, shareOf, takeOut } from './support/goods';
import { PHOTOS } from './support/listing';
import { addToCart, buy, fact, goOn, narrow, stayOn, unfold, visit, withScriptsOn } from './support/shop';

withScriptsOn('desktop');

test('weights are corrected on record, and a batch goes to another place', async ({ page: buyer, pageOf, t, at }) => {
  test.setTimeout(180_000);
  const page = await pageOf('seller');
  const name = newName('老渡口春茶');
  const tea = await listTea(page, t, at, name, [{ code: 'CC-1', quantity: '20', from: [[ZUOLONG, '20']] }]);
  await visit(page, tea.stock);
  await goOn(page, page.getByRole('link', { name: 'CC-1', exact: true }), /\/batches\//);
  const batch = new URL(page.url()).pathname;
  const before = await buy(buyer, t, tea.product);

  const inputs = page.locator('form').filter({ has: page.getByRole('button', { name: t('更正重量', 'Correct the weights'), exact: true }) });
  const openInputs = () => page.getByText(t('更正各村重量', 'Correct the weights by village'), { exact: true }).first().click();

  await test.step('a correction has a reason, and says who made it and when', async () => {
    await openInputs();
    await inputs.getByLabel(t(...ZUOLONG)).fill('15');
    await inputs.getByLabel(t(...TAYUAN)).fill('5');
    await inputs.getByRole('button').click();
    const why = inputs.getByLabel(t('更正原因', 'Why'), { exact: true });
    await expect(why).toHaveAttribute('aria-invalid', 'true');
    await expect(inputs.getByLabel(t(...TAYUAN)), 'what was typed stays').toHaveValue('5');
    await why.fill('磅单看错一行');
    await inputs.getByRole('button').click();
    await expect(page.getByRole('row').filter({ hasText: t('更正各村重量', 'Weights corrected') })).toContainText('磅单看错一行');

    await openInputs();
    await expectAccessible(page, 'corrected weights');
    const zuolong = page.getByRole('listitem').filter({ hasText: '20 kg → 15 kg' });
    for (const text of [t(...ZUOLONG), '磅单看错一行', '演示·带货干部', day()]) await expect(zuolong).toContainText(text);
    await expect(page.getByRole('listitem').filter({ hasText: '0 kg → 5 kg' })).toContainText(t(...TAYUAN));
  });

  await test.step('buyers see the new weights; what was ordered before keeps its split', async () => {
    const behindCode = page.getByRole('link', { name: t('顾客扫码看到的页面', 'What buyers see behind the code') });
    await visit(buyer, (await behindCode.getAttribute('href'))!);
    await expect(buyer.getByRole('row').filter({ hasText: t(...ZUOLONG) })).toContainText('75%');
    await expect(buyer.getByRole('row').filter({ hasText: t(...TAYUAN) })).toContainText('5 kg');
    await visit(buyer, at(`/orders/${before.number}`));
    await expect(shareOf(buyer, t, ZUOLONG)).toHaveText('¥58.00');
    await expect(shareOf(buyer, t, TAYUAN)).toHaveCount(0);
    const after = await buy(buyer, t, tea.product);
    await visit(buyer, at(`/orders/${after.number}`));
    await expect(shareOf(buyer, t, ZUOLONG)).toHaveText('¥43.50');
    await expect(shareOf(buyer, t, TAYUAN)).toHaveText('¥14.50');
  });

  await test.step('the photo of its certificate is what buyers see, until it is taken away', async () => {
    const behindCode = page.getByRole('link', { name: t('顾客扫码看到的页面', 'What buyers see behind the code') });
    const publicPage = (await behindCode.getAttribute('href'))!;
    const paper = buyer.getByRole('img', { name: t('批次证明 CC-1', 'Certificate of batch CC-1'), exact: true });
    const unfoldPaper = () => page.getByText(t('证明照片', 'Photo of the certificate'), { exact: true }).click();
    await unfoldPaper();
    await page.getByLabel(t('合格证或检疫证明的照片', 'A photo of the certificate')).setInputFiles([PHOTOS[1]]);
    await stayOn(page, page.locator('form[action$="/upload/certificate"]').getByRole('button', { name: t('上传', 'Upload') }));
    await visit(buyer, publicPage);
    await expect(buyer.getByRole('heading', { name: t('证明原件', 'The certificate') })).toBeVisible();
    await expect(paper).toBeVisible();
    const file = await buyer.request.get((await paper.getAttribute('src'))!);
    expect([file.status(), file.headers()['content-type']]).toEqual([200, 'image/webp']);

    await unfoldPaper();
    await stayOn(page, page.getByRole('button', { name: t('去掉照片', 'Take the photo away') }));
    await visit(buyer, publicPage);
    await expect(paper).toHaveCount(0);
  });

  const store = newName('县城仓');
  await test.step('there is a second place', async () => {
    await addPlace(page, t, tea.team, store);
  });

  const liesAt = () => fact(page, t('存放地点', 'Where it lies'));
  await test.step('a part goes there with its share of the weights', async () => {
    await visit(page, batch);
    await page.getByText(t('分批', 'Split off a part'), { exact: true }).first().click();
    await page.getByLabel(t('分出数量', 'Quantity of the part')).fill('4');
    await page.getByLabel(t('放在', 'Lies at'), { exact: true }).selectOption({ label: store });
    await page.getByRole('button', { name: t('分批', 'Split off'), exact: true }).click();
    await expect(page.getByRole('heading', { level: 1 })).toContainText('CC-1-S1');
    await expect(liesAt()).toHaveText(store);
    await openInputs();
    await expect(inputs.getByLabel(t(...ZUOLONG))).toHaveValue('3');
    await expect(inputs.getByLabel(t(...TAYUAN))).toHaveValue('1');

    await visit(page, `${tea.team}/batches`);
    await unfold(page, t);
    await page.getByRole('combobox', { name: t('存放地点', 'Where it lies') }).selectOption({ label: store });
    await narrow(page, t, /place=/);
    await expect(page.locator('tbody tr')).toHaveCount(1);
    await expect(page.locator('tbody tr')).toContainText('4 kg');
  });

  await test.step('the rest follows, and whoever packs is told where it lies', async () => {
    await visit(page, batch);
    const home = await liesAt().innerText();
    await page.getByText(t('移库', 'Move to another place'), { exact: true }).first().click();
    await page.getByLabel(t('移到', 'To'), { exact: true }).selectOption({ label: store });
    await page.getByRole('button', { name: t('移库', 'Move'), exact: true }).click();
    await expect(liesAt()).toHaveText(store);
    await expect(page.getByRole('row').filter({ hasText: `${home} → ${store}` })).toContainText(t('移库', 'Moved'));

    await visit(page, `${tea.team}/parcels`);
    const parcel = page.getByRole('article').filter({ hasText: before.number });
    await goOn(page, parcel.getByRole('link', { name: t('装箱单', 'Packing list') }), /packing-list/);
    await expect(page.getByRole('row').filter({ hasText: name })).toContainText(`CC-1 · ${store}`);
  });

  await takeOut(page, t, tea.listing);
});

test('what expires first is sold first, and everybody is told that it is near', async ({ page: buyer, pageOf, t, at }) => {
  test.setTimeout(150_000);
  const page = await pageOf('seller');
  const name = newName('石板绿茶');
  const [late, soon] = [newName('W').replace(' ', '-'), newName('L').replace(' ', '-')];
  // What keeps longer came in first.
  const tea = await listTea(page, t, at, name, [
    { code: late, quantity: '10', from: [[ZUOLONG, '10']], madeOn: day(-20), bestBefore: day(500) },
    { code: soon, quantity: '0.1', from: [[ZUOLONG, '0.1']], madeOn: day(-90), bestBefore: day(10) },
  ]);
  const nearing = buyer.getByRole('status').filter({ hasText: t('临近保质期', 'Close to its best-before date') });

  await test.step('the seller wants to hear of it when less than 20 kg are left', async () => {
    await visit(page, tea.stock);
    await page.getByText(t('什么时候提醒', 'When to warn'), { exact: true }).click();
    await page.getByLabel(t('可售少于', 'Less for sale than')).fill('20');
    await stayOn(page, page.getByRole('button', { name: t('保存提醒', 'Keep'), exact: true }));
  });

  await test.step('the seller is warned, on the first page and in the list', async () => {
    await visit(page, tea.team);
    await expect(page.locator('#low').getByRole('link').filter({ hasText: name })).toContainText(t('剩 10.1 kg', 'Left: 10.1 kg'));
    const warning = page.getByRole('main').getByRole('link').filter({ hasText: soon });
    for (const text of [name, '100 g', t('还剩 10 天', 'Left: 10 days')]) await expect(warning).toContainText(text);
    await visit(page, `${tea.team}/batches?state=near_expiry&product=${tea.listing.split('/').pop()}`);
    await expect(page.locator('tbody tr')).toHaveCount(1);
    for (const text of [soon, t('临近保质期', 'Near expiry')]) await expect(page.locator('tbody tr')).toContainText(text);
  });

  await test.step('the buyer is told before buying', async () => {
    await visit(buyer, tea.product);
    await expect(nearing).toBeVisible();
    await expect(nearing).toContainText(t('还有 10 天', '10 more days'));
    await expect(buyer.getByRole('main')).toContainText(soon);
  });

  await test.step('two bags: the last one of the old batch, and one of the new', async () => {
    await addToCart(buyer, t, tea.product, 2);
    const { number } = await checkOut(buyer, t);
    await visit(page, `${tea.team}/parcels`);
    const parcel = page.getByRole('article').filter({ hasText: number });
    await goOn(page, parcel.getByRole('link', { name: t('装箱单', 'Packing list') }), /packing-list/);
    await expect(page.getByRole('row').filter({ hasText: name })).toContainText(new RegExp(`${soon} 100 g .*${late} 100 g `));
  });

  await test.step('what is sold now keeps long', async () => {
    await visit(buyer, tea.product);
    await expect(buyer.getByRole('main')).toContainText(late);
    await expect(nearing).toHaveCount(0);
  });

  await takeOut(page, t, tea.listing);
});

test('what has expired is not sold, says so to everybody, and is written off', async ({ page: buyer, pageOf, t, at }) => {
  test.setTimeout(150_000);
  const page = await pageOf('seller');
  const name = newName('老寨绿茶');
  const [old, fresh, dead] = ['G', 'X', 'D'].map((letter) => newName(letter).replace(' ', '-'));
  // Neither states a last day of its own: it follows from the shelf life, 540 days. Of the fresh one there is a single bag.
  const tea = await listTea(page, t, at, name, [
    { code: old, quantity: '1', from: [[ZUOLONG, '1']], madeOn: day(-100) },
    { code: fresh, quantity: '0.1', from: [[ZUOLONG, '0.1']] },
  ]);
  const ofProduct = `product=${tea.listing.split('/').pop()}`;
  const expired = t('已过期', 'Expired');

  await test.step('while it keeps, it is what is sold next', async () => {
    await visit(buyer, tea.product);
    await expect(buyer.getByRole('main')).toContainText(old);
    await expect(buyer.getByRole('button', { name: t('加入购物车', 'Add to cart') })).toBeEnabled();
  });

  await test.step('goods that have expired already are not taken in', async () => {
    await visit(page, tea.stock);
    const send = page.getByRole('button', { name: t('入库', 'Take in'), exact: true });
    if (!(await send.isVisible())) await page.getByText(t('登记一批', 'Take in a batch'), { exact: true }).click();
    const form = page.locator('form').filter({ has: send });
    await form.getByLabel(t('可卖的数量', 'Quantity for sale')).fill('1');
    await form.getByLabel(t(...ZUOLONG)).fill('1');
    await form.getByLabel(t('采收或生产日期', 'Harvest or production date')).fill(day(-100));
    const until = form.getByLabel(t('保质期至', 'Best before'));
    await until.fill(day(-1));
    await form.getByLabel(t('批次号', 'Batch code')).fill(dead);
    await send.click();
    await expect(until).toHaveAttribute('aria-invalid', 'true');
    await expect(form).toContainText(t('已过保质期', 'Past its shelf life'));
    await expect(until, 'what was typed stays').toHaveValue(day(-1));
    await visit(page, tea.stock);
    await expect(page.getByRole('link', { name: dead, exact: true })).toHaveCount(0);
  });

  await test.step('it keeps for 90 days, not for 540: what was made 100 days ago has expired', async () => {
    await visit(page, tea.listing);
    await page.locator('[name=shelf_life_days]').fill('90');
    await goOn(page, page.getByRole('button', { name: t('更新', 'Update'), exact: true }), /done=saved/);
  });

  let batch = '';
  await test.step('the seller is told, on the first page, in the list and at the batch', async () => {
    await visit(page, tea.team);
    const warning = page.getByRole('main').getByRole('link').filter({ hasText: old });
    for (const text of [name, '1 kg', expired]) await expect(warning).toContainText(text);
    await visit(page, `${tea.team}/batches?state=expired&${ofProduct}`);
    await expect(page.locator('tbody tr')).toHaveCount(1);
    for (const text of [expired, day(-10)]) await expect(page.locator('tbody tr')).toContainText(text);
    await goOn(page, page.getByRole('link', { name: old, exact: true }), /\/batches\/[^/?]+$/);
    batch = new URL(page.url()).pathname;
    await expect(fact(page, t('状态', 'State'))).toContainText(expired);
    await expectAccessible(page, 'a batch that has expired');
  });

  await test.step('so is whoever has a package of it at home', async () => {
    const behindCode = page.getByRole('link', { name: t('顾客扫码看到的页面', 'What buyers see behind the code') });
    await visit(buyer, (await behindCode.getAttribute('href'))!);
    await expect(buyer.getByText(t('已过保质期，不再出售', 'Past its best-before date, no longer sold'))).toBeVisible();
    await expectAccessible(buyer, 'the page behind the code of a batch that has expired');
  });

  await test.step('the next order is packed from the other batch', async () => {
    await visit(buyer, tea.product);
    await expect(buyer.getByRole('main')).toContainText(fresh);
    await expect(buyer.getByRole('main')).not.toContainText(old);
    const { number } = await buy(buyer, t, tea.product);
    await visit(page, `${tea.team}/parcels`);
    const parcel = page.getByRole('article').filter({ hasText: number });
    await goOn(page, parcel.getByRole('link', { name: t('装箱单', 'Packing list') }), /packing-list/);
    const row = page.getByRole('row').filter({ hasText: name });
    await expect(row).toContainText(fresh);
    await expect(row).not.toContainText(old);
  });

  await test.step('then it is sold out, whatever lies in the store', async () => {
    await visit(buyer, tea.product);
    await expect(buyer.getByRole('button', { name: t('加入购物车', 'Add to cart') })).toBeDisabled();
    await expect(buyer.getByRole('main')).toContainText(t('已售罄', 'Sold out'));
  });

  await test.step('what is left of it is written off, with the reason', async () => {
    await visit(page, batch);
    await page.getByText(t('报损', 'Write off'), { exact: true }).first().click();
    await page.getByLabel(t('报损数量', 'Quantity lost')).fill('1');
    await page.getByLabel(t('原因', 'Reason'), { exact: true }).selectOption('expired');
    await page.getByRole('button', { name: t('报损', 'Write off'), exact: true }).click();
    const lost = page.getByRole('row').filter({ hasText: t('报损', 'Written off') });
    for (const text of ['1 kg', t('过期', 'Expired')]) await expect(lost).toContainText(text);
    await visit(page, `${tea.team}/batches?state=expired&${ofProduct}`);
    await expect(page.getByText(t('这里没有批次', 'No batches here'))).toBeVisible();
  });

  await takeOut(page, t, tea.listing);
});

test('what broke before it was packed is sent from another batch, and the money follows its village', async ({ page: buyer, pageOf, t, at }) => {
  test.setTimeout(150_000);
  const page = await pageOf('seller');
  const name = newName('佐龙毛峰');
  const [first, second] = [newName('P').replace(' ', '-'), newName('Q').replace(' ', '-')];
  // One bag of the first batch, which expires first: whoever buys it leaves nothing there.
  const tea = await listTea(page, t, at, name, [
    { code: first, quantity: '0.1', from: [[ZUOLONG, '0.1']], bestBefore: day(200) },
    { code: second, quantity: '10', from: [[TAYUAN, '10']], bestBefore: day(500) },
  ]);
  const { number } = await buy(buyer, t, tea.product);
  const order = at(`/orders/${number}`);
  await visit(buyer, order);
  await expect(shareOf(buyer, t, ZUOLONG)).toHaveText('¥58.00');

  const summary = page.getByText(t('货坏了或被召回？换别的批次发', 'Broken or recalled? Send goods of another batch'));
  const form = page.locator('form').filter({ has: page.getByRole('button', { name: t('换别的批次', 'Take another batch'), exact: true }) });
  const card = page.getByRole('article').filter({ hasText: number });
  let parcel = '';

  await test.step('the seller says what became of the broken one', async () => {
    await visit(page, `${tea.team}/parcels`);
    await goOn(page, card.getByRole('link', { name: number }), /\/parcels\/[^/]+$/);
    parcel = new URL(page.url()).pathname;
    await summary.click();
    await expectAccessible(page, 'goods of another batch');
    await expect(form).toContainText(first);
    await form.getByLabel(t('换几件', 'Pieces to change')).fill('1');
    await form.getByRole('button').click();
    const why = form.getByLabel(t('原来的货', 'The former goods'), { exact: true });
    await expect(why).toHaveAttribute('aria-invalid', 'true');
    await expect(form.getByLabel(t('换几件', 'Pieces to change')), 'what was typed stays').toHaveValue('1');
    await why.selectOption('damaged');
    await goOn(page, form.getByRole('button'), /changed=1/);
    await expect(page.getByText(t('已换成别的批次', 'Goods of another batch go in'))).toBeVisible();
    const done = page.getByRole('listitem').filter({ hasText: `${first} → ${second}` });
    for (const text of ['100 g', t('损坏', 'Damaged'), '演示·带货干部']) await expect(done).toContainText(text);
    await goOn(page, card.getByRole('link', { name: t('装箱单', 'Packing list') }), /packing-list/);
    await expect(page.getByRole('row').filter({ hasText: name })).toContainText(second);
  });

  await test.step('the buyer pays what was paid, and sees whose tea it is now', async () => {
    await visit(buyer, order);
    await expect(shareOf(buyer, t, TAYUAN)).toHaveText('¥58.00');
    await expect(shareOf(buyer, t, ZUOLONG)).toHaveCount(0);
    const told = buyer.getByRole('listitem').filter({ hasText: t('换了一批货', 'Goods of another batch') });
    await expect(told).toContainText(`${first} → ${second}`);
  });

  await test.step('the broken one is lost, with the order it was for', async () => {
    await visit(page, tea.stock);
    await goOn(page, page.getByRole('link', { name: first, exact: true }), /\/batches\//);
    const lost = page.getByRole('row').filter({ hasText: t('报损', 'Written off') });
    for (const text of ['100 g', t('损坏', 'Damaged'), number]) await expect(lost).toContainText(text);
  });

  await test.step('what has left stays as it is', async () => {
    await visit(page, `${tea.team}/parcels`);
    await card.getByLabel(t('快递单号', 'Tracking number')).fill(`SF${Date.now()}`);
    await card.getByRole('button', { name: t('标记已发货', 'Mark as shipped') }).click();
    await expect(page.getByText(t('已发出订单', 'Shipped: order'))).toContainText(number);
    await visit(page, parcel);
    await expect(page.getByText(t('换过批次', 'Goods of other batches'))).toBeVisible();
    await expect(summary).toHaveCount(0);
  });

  await takeOut(page, t, tea.listing);
});

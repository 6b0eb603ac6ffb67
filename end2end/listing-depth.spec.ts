// A listing in depth: what it has of its category, its season, a preview, a moment that is chosen and comes, a copy; and what
// shoppers see of it.
// And the categories themselves, as the county keeps them.
import { expect, test } from './support/test';
import { expectAccessible } from './support/axe';
import { takeOut } from './support/goods';
import { PHOTOS, SC_NUMBER, fillLabel, fillWords, startListing, takeBatchIn } from './support/listing';
import { goOn, hasScripts, isPhone, ready, seen, stayOn, visit, withScriptsOn } from './support/shop';

withScriptsOn('desktop');

/** Another day of this year as it is typed into a season. */
const day = (ahead: number) => {
  const date = new Date(Date.now() + ahead * 86_400_000);
  return `${date.getMonth() + 1}-${date.getDate()}`;
};

/** The next full minute in China, or the one after it where that is too near to be chosen in time. */
const soonest = () => {
  const next = Math.ceil((Date.now() + 10_000) / 60_000) * 60_000;
  return new Date(next + 8 * 3_600_000).toISOString().slice(0, 16);
};

test('a listing out of season is shown with what it is, and not sold', async ({ pageOf, stranger, t, at }) => {
  test.setTimeout(240_000);
  const page = await pageOf('seller');
  const name = `当季毛峰 ${Date.now().toString(36)}${process.pid}`;
  const listing = await startListing(page, t, at);

  await test.step('details of its kind and its season are typed', async () => {
    await page.getByRole('radio', { name: t('预包装食品', 'Packaged food') }).check();
    await page.getByLabel(t('拍照或选照片', 'Take or choose photos')).setInputFiles(PHOTOS);
    if (!hasScripts()) await page.getByRole('button', { name: t('上传选好的照片', 'Upload the chosen photos') }).click();
    await expect(page.getByRole('img', { name: t('照片 2', 'Photo 2') })).toBeVisible();
    await fillWords(page, t, name);
    await fillLabel(page, t, SC_NUMBER);
    await page.locator('[name="attributes[grade]"]').selectOption('first');
    await page.locator('[name="attributes[altitude]"]').fill('950');
    await page.getByText(t('只在季节里卖', 'Sold in season only')).click();
    await page.locator('[name=season_from]').fill('夏天');
    await page.locator('[name=season_until]').fill(day(40));
    await page.getByLabel(t('退货规则', 'Return rule')).selectOption('once_opened');
    await page.getByRole('button', { name: t('存草稿', 'Save the draft') }).click();
    await ready(page);
    await expect(page.getByRole('alert').first()).toContainText(t('请填写月日', 'Enter month and day'));
    await page.locator('[name=season_from]').fill(day(20));
    await page.getByRole('button', { name: t('存草稿', 'Save the draft') }).click();
    await page.waitForURL(/done=saved/);
    await ready(page);
    await expect(page.locator('[name="attributes[altitude]"]')).toHaveValue('950');
  });

  await test.step('variants are made of two lists, and what is there stays', async () => {
    await page.getByText(t('规格 × 包装，一次生成', 'Make variants of sizes and packings')).click();
    await page.locator('[name=contents]').fill('100 克:58, 250 克:130');
    await page.locator('[name=packings]').fill('罐装, 礼盒:+20');
    await page.getByRole('button', { name: t('生成规格', 'Make the variants') }).click();
    await page.waitForURL(/#f-variants/);
    await ready(page);
    await expect(page.locator('[data-rows=variants] input[name$="[name]"]')).toHaveCount(5);
    await expect(page.locator('[data-rows=variants] input[name$="[name]"]').nth(4)).toHaveValue('250 克 礼盒');
    await expect(page.locator('[data-rows=variants] input[name$="[price]"]').nth(4)).toHaveValue('150.00');
  });

  await test.step('the seller sees it as shoppers will, and nobody can buy it there', async () => {
    await goOn(page, page.getByRole('button', { name: t('预览', 'Preview'), exact: true }), /\/preview$/);
    await expect(page.getByText(t('预览：只有你能看到此页', 'Preview: only you can see this page'))).toBeVisible();
    await expect(page.getByRole('heading', { level: 1, name })).toBeVisible();
    await expect(page.getByText(t('950 米', '950 m'))).toBeVisible();
    await expect(page.getByRole('button', { name: t('加入购物车', 'Add to cart') })).toBeDisabled();
    await goOn(page, page.getByRole('link', { name: t('返回编辑', 'Back to editing') }), /\/products\/[^/]+$/);
  });

  await test.step('it is put off to a moment, and that is given up', async () => {
    await takeBatchIn(page, t);
    await visit(page, listing);
    await page.getByText(t('定时上架', 'Publish later')).first().click();
    const tomorrow = new Date(Date.now() + 86_400_000).toISOString().slice(0, 16);
    await page.getByLabel(t('上架时间（北京时间）', "When, in China's time")).fill(tomorrow);
    await page.getByRole('button', { name: t('定时上架', 'Publish then') }).click();
    await expect(page.getByText(t('将自动上架', 'Goes into the shop by itself'))).toBeVisible();
    await page.getByRole('button', { name: t('取消定时', 'Do not publish by itself') }).click();
    await expect(page.getByText(t('将自动上架', 'Goes into the shop by itself'))).toHaveCount(0);
  });

  await test.step('what was declared about returns is in the history, and can be taken back', async () => {
    await visit(page, listing);
    await page.getByLabel(t('退货规则', 'Return rule')).selectOption('made_to_order');
    await page.getByRole('button', { name: t('存草稿', 'Save the draft') }).click();
    await page.waitForURL(/done=saved/);
    await ready(page);
    await visit(page, `${listing}/changes`);
    const changed = page.getByRole('row').filter({ hasText: t('退货规则', 'Return rule') }).first();
    await expect(changed).toContainText(t('定制，不支持无理由', 'Made to order: none without a reason'));
    await visit(page, listing);
    await page.getByLabel(t('退货规则', 'Return rule')).selectOption('seven_days');
    await page.getByRole('button', { name: t('存草稿', 'Save the draft') }).click();
    await page.waitForURL(/done=saved/);
    await ready(page);
  });

  await test.step('it is put off once more, to the soonest moment there is', async () => {
    await visit(page, listing);
    await page.getByText(t('定时上架', 'Publish later')).first().click();
    await page.getByLabel(t('上架时间（北京时间）', "When, in China's time")).fill(soonest());
    await page.getByRole('button', { name: t('定时上架', 'Publish then') }).click();
    await expect(page.getByText(t('将自动上架', 'Goes into the shop by itself'))).toBeVisible();
  });

  await test.step('a copy is a draft of its own', async () => {
    await page.getByRole('button', { name: t('复制为新商品', 'Copy as a new product') }).click();
    await page.waitForURL(/done=copied/);
    await ready(page);
    await expect(page.locator('[name="attributes[altitude]"]')).toHaveValue('950');
    await expect(page.getByLabel(t('退货规则', 'Return rule'))).toHaveValue('seven_days');
    expect(new URL(page.url()).pathname).not.toBe(listing);
  });

  await test.step('the county has another kind of goods told apart by their size, and a seller fills it in', async () => {
    const detail = `果径${Date.now().toString(36)}`;
    const county = await pageOf('county');
    await visit(county, at('/county/attributes'));
    const nuts = county.locator('section').filter({ has: county.getByRole('heading', { name: t('坚果', 'Nuts'), exact: true }) });
    await nuts.getByText(t('加一个属性', 'Add one'), { exact: true }).click();
    const kind = county.getByLabel(t('填什么（以后不能改）', 'What is filled in (stays so)'));
    const form = nuts.locator('form').filter({ has: kind });
    await form.getByLabel(t('名称', 'Name'), { exact: true }).fill(detail);
    await form.getByLabel(t('填什么（以后不能改）', 'What is filled in (stays so)')).selectOption('number');
    await form.getByLabel(t('单位（数才有）', 'Unit (of a number)')).first().fill('mm');
    await goOn(county, form.getByRole('button', { name: t('保存', 'Save'), exact: true }), /done=saved/);
    await expect(nuts.getByText(`${detail} · mm`)).toContainText(t('0 件商品', '0 products'));

    const save = page.getByRole('button', { name: t('存草稿', 'Save the draft') });
    await page.getByLabel(t('分类', 'Category'), { exact: true }).selectOption({ label: t('坚果', 'Nuts') });
    await goOn(page, save, /done=saved/);
    await expect(page.locator('[name="attributes[altitude]"]'), 'that is for tea').toHaveCount(0);
    await page.getByLabel(detail).fill('28');
    await stayOn(page, save);
    await expect(page.getByLabel(detail)).toHaveValue('28');
    await county.reload();
    await expect(nuts.getByText(`${detail} · mm`)).toContainText(t('1 件商品', '1 product'));
  });

  await test.step('its moment comes, and nobody has to be there', async () => {
    const isInShop = async () => (await (await page.request.get(listing)).text()).includes(t('在店里看', 'See it in the shop'));
    await expect.poll(isInShop, { timeout: 80_000, intervals: [2_000] }).toBe(true);
    await visit(page, `${listing}/changes`);
    const latest = page.getByRole('article').first();
    for (const text of [t('定时上架', 'Published on schedule'), '演示·带货干部']) await expect(latest).toContainText(text);
  });

  await test.step('shoppers see when it comes back', async () => {
    const shopper = await stranger();
    await visit(shopper, at('/products?category=tea&attr_grade=first'));
    await goOn(shopper, seen(shopper.getByRole('link', { name })), /\/products\//);
    await expect(shopper.getByText(t('不在季节', 'Out of season'))).toBeVisible();
    await expect(shopper.getByRole('button', { name: t('加入购物车', 'Add to cart') })).toBeDisabled();
    await expect(shopper.getByText(t('950 米', '950 m'))).toBeVisible();
    await expect(shopper.getByRole('main')).toContainText(t('支持七天无理由退货', 'Seven days to return it'));
    await visit(shopper, at('/products?category=tea&attr_altitude.min=940&attr_altitude.max=960'));
    await expect(shopper.getByRole('link', { name })).toBeVisible();
    await expect(shopper.getByRole('link', { name: t('去掉 海拔 940 – 960 米', 'Remove Altitude 940 – 960 m') })).toBeVisible();
    await visit(shopper, at('/products?category=tea&attr_altitude.min=960'));
    await expect(shopper.getByRole('link', { name })).toHaveCount(0);
    await visit(shopper, at('/products?category=tea&attr_grade=top'));
    await expect(shopper.getByRole('link', { name })).toHaveCount(0);
    const top = shopper.getByRole('link', { name: t('去掉 特级', 'Remove Top grade') });
    await expect(top).toBeVisible();

    // Top or first grade; taking one of them away leaves the other, at the address that a link to it has.
    if (isPhone()) await shopper.locator('details.filters > summary').click();
    const firstGrade = shopper.getByRole('checkbox', { name: t('一级', 'First grade') });
    await firstGrade.check();
    await goOn(shopper, shopper.getByRole('button', { name: t('应用', 'Apply') }), /attr_grade=top&attr_grade=first/);
    await expect(shopper.getByRole('link', { name })).toBeVisible();
    const first = shopper.getByRole('link', { name: t('去掉 一级', 'Remove First grade') });
    await expect(first).toHaveAttribute('href', at('/products?category=tea&attr_grade=top'));
    await goOn(shopper, top, /\?category=tea&attr_grade=first$/);
    await expect(shopper.getByRole('link', { name })).toBeVisible();
    await expect(first).toBeVisible();
    await expect(top).toHaveCount(0);
    // What stands beside the choice is what the list has with it.
    const beside = shopper.locator('label', { hasText: t('一级', 'First grade') }).locator('.check__n');
    const shown = shopper.locator('.browse__bar [role=status]');
    expect(await shown.textContent()).toMatch(new RegExp(`\\b${await beside.textContent()} `));
    await takeOut(page, t, listing);
  });
});

test('the county makes a category, which is there at once, and hides it while it has no goods', async ({ pageOf, stranger, t, at }) => {
  const stamp = `${Date.now().toString(36)}${process.pid}`;
  const [zh, en] = [`菌菇${stamp}`, `Mushrooms ${stamp}`];
  const [county, shopper] = [await pageOf('county'), await stranger()];
  const shelf = shopper.getByRole('link', { name: t(zh, en) });
  const save = { name: t('保存', 'Save') };

  await test.step('it is added', async () => {
    await visit(county, at('/admin'));
    await goOn(county, seen(county.getByRole('link', { name: t('商品分类', 'Categories'), exact: true })), /\/county\/categories$/);
    await expectAccessible(county, 'the desk for categories');
    const form = county.locator('section', { hasText: t('加一个分类', 'Add a category') }).locator('form');
    await form.locator('[name=name]').fill(zh);
    await form.locator('[name=name_en]').fill(en);
    await goOn(county, form.getByRole('button', save), /done=saved/);
    await visit(shopper, at('/'));
    await goOn(shopper, seen(shelf), /\?category=/);
    await expect(shopper.getByRole('heading', { level: 1 })).toHaveText(t(zh, en));
  });

  await test.step('one with goods cannot be hidden', async () => {
    await visit(county, at('/county/categories'));
    const tofu = county.locator('details', { hasText: t('豆干', 'Dried tofu') });
    await tofu.locator('summary').click();
    await tofu.getByLabel(t('不在店里显示', 'Not shown in the shop')).check();
    await tofu.getByRole('button', save).click();
    await ready(county);
    await expect(tofu.getByRole('alert')).toContainText(t('不在店里显示', 'Not shown in the shop'));
    await expect(tofu.getByLabel(t('不在店里显示', 'Not shown in the shop'))).toBeChecked();
  });

  await test.step('the new one can', async () => {
    await visit(county, at('/county/categories'));
    const own = county.locator('details', { hasText: t(zh, en) });
    await own.locator('summary').click();
    await own.getByLabel(t('不在店里显示', 'Not shown in the shop')).check();
    await goOn(county, own.getByRole('button', save), /done=saved/);
    await expect(own.locator('summary')).toContainText(t('不在店里显示', 'not shown in the shop'));
    await visit(shopper, at('/products'));
    await expect(shopper.getByText(t(zh, en))).toHaveCount(0);
  });
});

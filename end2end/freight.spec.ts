// What a seller says of sending, and how it is worked out; what buyers, near and far away, are told of it and pay.
import { expect, test } from './support/test';
import { expectAccessible } from './support/axe';
import { ZUOLONG, listTea, newName, takeOut } from './support/goods';
import { fillWords, startListing } from './support/listing';
import { addToCart, amount, checkoutSums, fillRecipient, goOn, hasScripts, ready, recipient } from './support/shop';
import { seen, stayOn, visit, withScriptsOn } from './support/shop';

withScriptsOn('desktop');

test('a freight template is written, tried and retired', async ({ page: buyer, pageOf, t, at }) => {
  test.setTimeout(120_000);
  const page = await pageOf('seller');
  const [name, goods] = [newName('按重量'), newName('试算毛尖')];
  await test.step('there is a bag of 100 g at ¥58, and its size', async () => {
    await startListing(page, t, at);
    await fillWords(page, t, goods);
    await page.getByText(t('更多：重量、起订量、批量价', 'More: weight, minimum, tier prices'), { exact: true }).first().click();
    await page.getByLabel(t('包装尺寸', 'Size as sent')).first().fill('30×20×10');
    await goOn(page, page.getByRole('button', { name: t('存草稿', 'Save the draft') }), /done=saved/);
  });
  await visit(page, at('/sell'));
  await goOn(page, page.getByRole('link', { name: t('运费', 'Freight'), exact: true }).first(), /\/freight$/);
  await expectAccessible(page, 'freight templates');
  const list = new URL(page.url()).pathname;
  await goOn(page, page.getByRole('link', { name: t('新模板', 'New template') }), /\/freight\/new/);

  const card = page.locator('section').filter({ has: page.getByRole('link', { name, exact: true }) });
  const group = (label: string) => page.getByRole('group', { name: label, exact: true });
  const elsewhere = group(t('其他地区（没有单列的都按这里）', 'Everywhere else'));
  const named = group(t('地区 1', 'Regions 1'));
  const fill = async (row: typeof named, first: string, fee: string, step: string, stepFee: string) => {
    await row.getByLabel(t('首件（首重、首体积）', 'First quantity'), { exact: true }).fill(first);
    await row.getByLabel(t('首费', 'First fee'), { exact: true }).fill(fee);
    await row.getByLabel(t('每续', 'Each further'), { exact: true }).fill(step);
    await row.getByLabel(t('续费', 'Fee for it'), { exact: true }).fill(stepFee);
  };

  await test.step('another row loses nothing that was typed', async () => {
    await page.getByLabel(t('模板名称', 'Name'), { exact: true }).fill(name);
    await group(t('包邮', 'Free delivery')).getByLabel(t('满多少元', 'From an amount')).fill('100');
    await fill(elsewhere, '1', '8', '1', '3');
    // What was saved before is told of for five seconds.
    await page.context().clearCookies({ name: /xj-saved$/ });
    await page.getByRole('button', { name: t('加一组地区', 'Add regions') }).click();
    await expect(named).toBeVisible();
    await ready(page);
    await expect(page.getByText(t('已存到服务器', 'Saved on the server at')), 'nothing is').toHaveCount(0);
    await expect(page.getByLabel(t('模板名称', 'Name'), { exact: true })).toHaveValue(name);
    await expect(elsewhere.getByLabel(t('首费', 'First fee'), { exact: true })).toHaveValue('8');
  });

  await test.step('a slip is named where it is', async () => {
    await fill(named, '1', '15', '1', '10');
    const regions = named.getByLabel(t('地区', 'Regions'), { exact: true });
    await regions.fill('新疆、火星');
    await named.getByLabel(t('偏远附加费', 'Remote surcharge')).fill('6');
    await page.getByRole('button', { name: t('保存模板', 'Save the template') }).click();
    await expect(page.getByRole('alert')).toContainText('火星');
    await ready(page);
    await expectAccessible(page, 'a template with a slip');
    await expect(regions, 'what was typed stays').toHaveValue('新疆、火星');
    await regions.fill('新疆、西藏');
    await page.getByRole('button', { name: t('保存模板', 'Save the template') }).click();
    await expect(page.getByText(t('已保存', 'Saved'), { exact: true })).toBeVisible();
    await expect(page.getByRole('main')).toContainText('新疆维吾尔自治区、西藏自治区');
    await expect(card).toContainText(t('满 ¥100.00 包邮', 'free from ¥100.00'));
  });

  const whole = () => amount(page, t('这个包裹的运费', 'Freight of this parcel'));
  const workOut = async (region: string) => {
    await page.getByLabel(t('商品', 'Goods'), { exact: true }).selectOption({ label: `${goods} 100 克袋装` });
    await page.getByLabel(t('收货地区', 'Delivered to')).fill(region);
    await page.getByRole('button', { name: t('试算', 'Work it out') }).click();
  };
  await test.step('the calculator tells how it comes about', async () => {
    await visit(page, list);
    await goOn(page, card.getByRole('link', { name: t('试算', 'Try') }), /freight-trial/);
    await workOut('新疆');
    await expect(page.getByText(t('偏远附加费（每个包裹一次）', 'Remote surcharge, once for the parcel'))).toBeVisible();
    await expect(page.getByText(/15\.00/).first()).toBeVisible();
    expect(await whole(), 'first fee and surcharge').toBe(2_100);
    await expectAccessible(page, 'the calculator');
  });

  await test.step('from 100 yuan on only the remote surcharge is left to pay', async () => {
    await page.getByLabel(t('数量', 'Quantity'), { exact: true }).fill('2');
    await workOut('新疆');
    await expect(page.getByRole('main')).toContainText(t('这里 ¥116.00、2 件', 'these are ¥116.00 and 2 pcs'));
    expect(await whole()).toBe(600);
  });

  await test.step('by volume a large light box costs more', async () => {
    await visit(page, list);
    await goOn(page, card.getByRole('link', { name, exact: true }), /\/freight\/[^/?]+$/);
    await page.getByLabel(t('计费方式', 'Charged'), { exact: true }).selectOption('volume');
    await goOn(page, page.getByRole('button', { name: t('保存模板', 'Save the template') }), /done=saved/);
    await expect(card).toContainText(t('按体积', 'By volume'));
    await goOn(page, card.getByRole('link', { name: t('试算', 'Try') }), /freight-trial/);
    await workOut('浙江');
    await expect(page.getByText(t('一共 6 升', 'There are 6 L'), { exact: true })).toBeVisible();
    expect(await whole(), 'one litre and five more').toBe(2_300);
  });

  await test.step('a template that nothing is sent by is retired', async () => {
    await visit(page, list);
    await card.getByRole('button', { name: t('停用', 'Retire') }).click();
    await expect(page.getByText(t('已停用，新商品不能再选', 'Retired: new products cannot choose it'))).toBeVisible();
  });

  await test.step('a buyer far away sees the surcharge by itself', async () => {
    await visit(buyer, at('/products/tea-mingqian?region=650102'));
    await expect(buyer.getByText(t('其中偏远地区附加费', 'of it for a remote region'))).toBeVisible();
  });
});

test('where nothing is delivered and from how many pieces on nothing is paid is what a buyer meets at checkout', async ({
  page: buyer,
  pageOf,
  t,
  at,
}) => {
  test.setTimeout(120_000);
  const page = await pageOf('seller');
  const [name, goods] = [newName('满三件包邮'), newName('试邮春茶')];
  const tea = await listTea(page, t, at, goods, [{ code: 'YF-1', quantity: '5', from: [[ZUOLONG, '5']] }]);
  const group = (label: string) => page.getByRole('group', { name: label, exact: true });

  await test.step('the seller types both into a template', async () => {
    await visit(page, `${tea.team}/freight/new`);
    await page.getByLabel(t('模板名称', 'Name'), { exact: true }).fill(name);
    await page.getByLabel(t('计费方式', 'Charged'), { exact: true }).selectOption('piece');
    await group(t('包邮', 'Free delivery')).getByLabel(t('满多少件', 'From a quantity')).fill('3');
    const elsewhere = group(t('其他地区（没有单列的都按这里）', 'Everywhere else'));
    await elsewhere.getByLabel(t('首件（首重、首体积）', 'First quantity'), { exact: true }).fill('1');
    await elsewhere.getByLabel(t('首费', 'First fee'), { exact: true }).fill('8');
    await elsewhere.getByLabel(t('每续', 'Each further'), { exact: true }).fill('1');
    await elsewhere.getByLabel(t('续费', 'Fee for it'), { exact: true }).fill('2');
    await page.getByRole('button', { name: t('加一组地区', 'Add regions') }).click();
    const far = group(t('地区 1', 'Regions 1'));
    await expect(far).toBeVisible();
    await ready(page);
    await far.getByLabel(t('地区', 'Regions'), { exact: true }).fill('新疆、西藏');
    await far.getByRole('checkbox', { name: t('不送到这里', 'No delivery there') }).check();
    await goOn(page, page.getByRole('button', { name: t('保存模板', 'Save the template') }), /done=saved/);
    const card = page.locator('section').filter({ has: page.getByRole('link', { name, exact: true }) });
    await expect(card).toContainText(t('满 3 件包邮', 'free from 3 pieces'));
    await expect(card.locator('dl > div').filter({ hasText: '新疆维吾尔自治区、西藏自治区' })).toContainText(t('不送', 'No delivery'));
  });

  await test.step('the tea is sent by it', async () => {
    await visit(page, tea.listing);
    const template = page.locator('[name=freight_template]');
    await template.selectOption({ label: name });
    await stayOn(page, page.getByRole('button', { name: t('更新', 'Update'), exact: true }));
    await expect(template.locator('option:checked')).toHaveText(name);
  });

  await test.step('the page of the tea says both', async () => {
    await visit(buyer, `${tea.product}?region=650102`);
    await expect(buyer.getByText(t('不送到这个地区', 'No delivery to this region'))).toBeVisible();
    await visit(buyer, tea.product);
    await expect(buyer.locator('#freight')).toContainText(t('满 3 件包邮', 'free from 3 pieces'));
  });

  const toCheckout = () => goOn(buyer, seen(buyer.getByRole('link', { name: t('去结算', 'Check out') })), /\/checkout/);
  await test.step('two bags are not sent far away, and cost their freight nearby', async () => {
    await addToCart(buyer, t, tea.product, 2);
    await toCheckout();
    await fillRecipient(buyer, t, { ...recipient, region: ['新疆维吾尔自治区', '乌鲁木齐市', '天山区'] });
    if (!hasScripts()) await buyer.getByRole('button', { name: t('计算运费', 'Work freight out'), exact: true }).click();
    const words = t(`“${goods}”不能送到这个地区`, `“${goods}” cannot be delivered to this region`);
    const refusal = buyer.getByRole('status').filter({ hasText: words });
    await expect(refusal).toBeVisible();
    await ready(buyer);
    await fillRecipient(buyer, t);
    expect(await checkoutSums(buyer, t)).toEqual({ goods: 11_600, freight: 1_000, total: 12_600 });
    await expect(refusal).toBeHidden();
  });

  await test.step('with a third one nothing is paid for sending', async () => {
    await addToCart(buyer, t, tea.product);
    await toCheckout();
    await fillRecipient(buyer, t);
    expect(await checkoutSums(buyer, t)).toEqual({ goods: 17_400, freight: 0, total: 17_400 });
  });
  await takeOut(page, t, tea.listing);
});

test('a team sends from several places', async ({ pageOf, t, at }) => {
  const page = await pageOf('seller');
  await visit(page, at('/sell'));
  await goOn(page, page.getByRole('link', { name: t('运费', 'Freight'), exact: true }).first(), /\/freight$/);
  await goOn(page, page.getByRole('link', { name: t('发货地', 'Places of dispatch'), exact: true }), /\/places$/);
  await expectAccessible(page, 'places');
  await goOn(page, page.getByRole('link', { name: t('新发货地', 'New place') }), /\/places\/new/);
  const name = `县城仓 ${Date.now().toString(36)}`;
  await page.getByLabel(t('名称', 'Name'), { exact: true }).fill(name);
  await page.getByRole('button', { name: t('保存发货地', 'Save the place') }).click();
  await expect(page.getByLabel(t('地区', 'Region'), { exact: true })).toHaveAttribute('aria-invalid', 'true');
  await expect(page.getByLabel(t('名称', 'Name'), { exact: true }), 'what was typed stays').toHaveValue(name);
  await page.getByLabel(t('地区', 'Region'), { exact: true }).fill('岚皋县');
  await page.getByLabel(t('详细地址', 'Street and house')).fill('城关镇1号');
  await page.getByLabel(t('电话', 'Phone')).fill('0915-2999800');
  await page.getByRole('button', { name: t('保存发货地', 'Save the place') }).click();
  await expect(page.getByRole('link', { name, exact: true })).toBeVisible();
});

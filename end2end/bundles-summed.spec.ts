// A gift box that costs what its parts cost: the price follows them, and each village gets what its part is worth.
import { expect, test } from './support/test';
import { TAYUAN, ZUOLONG, addPhoto, checkOut, listTea, newName, shareOf, takeOut } from './support/goods';
import { addToCart, amount, goOn, visit, withScriptsOn } from './support/shop';

withScriptsOn('phone');

test('a summed box follows its parts, and its villages share by what these cost', async ({ pageOf, stranger, t, at }) => {
  test.setTimeout(180_000);
  const [seller, shopper] = [await pageOf('seller'), await stranger()];
  const [green, red, box] = [newName('合盒绿茶'), newName('合盒红茶'), newName('两村茶礼')];
  const greenTea = await listTea(seller, t, at, green, [{ code: 'HL-1', quantity: '5', from: [[ZUOLONG, '5']] }], '58');
  const redTea = await listTea(seller, t, at, red, [{ code: 'HH-1', quantity: '5', from: [[TAYUAN, '5']] }], '30');
  let contents = '';
  let product = '';

  await test.step('one of the green tea and two of the red are in it', async () => {
    await visit(seller, `${greenTea.team}/products`);
    await goOn(seller, seller.getByRole('button', { name: t('新建礼盒', 'New gift box') }), /\/parts$/);
    contents = new URL(seller.url()).pathname;
    const count = (name: string) => seller.getByRole('row').filter({ hasText: name }).getByRole('textbox');
    await count(green).fill('1');
    await count(red).fill('2');
    await seller.getByRole('radio', { name: t('按内含商品合计', 'What its parts cost') }).check();
    await goOn(seller, seller.getByRole('button', { name: t('保存并看合计', 'Save and see the sum') }), /done=saved/);
    expect(await amount(seller, t('单买合计', 'Bought singly'))).toBe(11_800);
    expect(await amount(seller, t('礼盒价格', 'The box costs'))).toBe(11_800);
  });

  await test.step('it goes into the shop, where nobody can give it another price', async () => {
    await goOn(seller, seller.getByRole('link', { name: t('名称、照片和上架', 'Name, photos, publishing') }), /\/products\/[^/]+$/);
    await addPhoto(seller, t);
    await seller.getByLabel(t('名称', 'Name'), { exact: true }).fill(box);
    await seller.getByLabel(t('介绍', 'Story'), { exact: true }).fill('两个村的茶，一盒送人。');
    await expect(seller.getByText(t('价格按内含商品合计', 'It costs what its parts cost'))).toContainText('¥118.00');
    await expect(seller.getByLabel(t('价格', 'Price'), { exact: true })).toHaveCount(0);
    await goOn(seller, seller.getByRole('button', { name: t('上架', 'Publish'), exact: true }), /done=published/);
    product = (await seller.getByRole('link', { name: t('在店里看', 'See it in the shop') }).getAttribute('href'))!;
  });

  await test.step('the red tea costs ten yuan more, and so the box twenty; the green tea is to stand beside it', async () => {
    await visit(seller, redTea.listing);
    await seller.getByLabel(t('价格', 'Price'), { exact: true }).first().fill('40');
    await seller.getByText(t('商品页下方推荐', 'Shown beside it'), { exact: true }).click();
    await seller.getByLabel(t('推荐商品 1', 'Shown beside it 1')).selectOption({ label: green });
    await goOn(seller, seller.getByRole('button', { name: t('更新', 'Update'), exact: true }), /done=saved/);
    await visit(seller, contents);
    expect(await amount(seller, t('礼盒价格', 'The box costs'))).toBe(13_800);
  });

  await test.step('who looks at the red tea finds the green beside it, and nothing else', async () => {
    await visit(shopper, redTea.product);
    const heading = shopper.getByRole('heading', { name: t('看看这些', 'Have a look at these') });
    const beside = shopper.locator('section').filter({ has: heading }).getByRole('listitem');
    await expect(beside).toHaveCount(1);
    await expect(beside.getByRole('link', { name: green })).toBeVisible();
  });

  let number = '';
  await test.step('that is what a buyer pays', async () => {
    await visit(shopper, product);
    const inside = shopper.getByRole('region', { name: t('礼盒里有', 'What is in the box') });
    await expect(inside.getByRole('listitem').filter({ hasText: red })).toContainText('¥40.00');
    await addToCart(shopper, t, product);
    const order = await checkOut(shopper, t);
    expect(order.goods).toBe(13_800);
    number = order.number;
    await visit(shopper, at(`/orders/${number}`));
    await expect(shopper.getByRole('listitem').filter({ hasText: green })).toContainText('¥58.00');
    await expect(shopper.getByRole('listitem').filter({ hasText: red })).toContainText('¥80.00');
  });

  await test.step('each village gets what its parts are worth, and finds that in its books and its statement', async () => {
    await expect(shareOf(shopper, t, ZUOLONG)).toHaveText('¥58.00');
    await expect(shareOf(shopper, t, TAYUAN)).toHaveText('¥80.00');
    const treasurer = await pageOf('mark');
    await visit(treasurer, at('/books'));
    const entry = treasurer.getByRole('row').filter({ hasText: number });
    await expect(entry).toContainText('+58.00');
    await goOn(treasurer, treasurer.getByRole('link', { name: t('打印对账单', 'Print the statement') }), /statement/);
    await expect(entry).toContainText('58.00');
  });

  for (const listing of [contents.replace(/\/parts$/, ''), greenTea.listing, redTea.listing]) await takeOut(seller, t, listing);
});

// Goods sold by weight: the heaviest is paid for, every piece is weighed at packing, and the difference goes back.
import { expect, test } from './support/test';
import { expectAccessible } from './support/axe';
import { ZUOLONG, addPhoto, checkOut, newName, stockAndPublish, takeOut } from './support/goods';
import { startListing } from './support/listing';
import { addToCart, amount, expectReasonNeeded, goOn, moneyBarSum, visit, withScriptsOn } from './support/shop';

withScriptsOn('phone');

test('a light chicken costs less and a heavy one no more', async ({ page, pageOf, t, at }) => {
  test.setTimeout(150_000);
  const seller = await pageOf('seller');
  const name = newName('林下土鸡');

  await startListing(seller, t, at);
  await seller.getByRole('radio', { name: t('活禽与肉类', 'Live poultry and meat') }).check();
  await addPhoto(seller, t);
  await seller.getByLabel(t('名称', 'Name'), { exact: true }).fill(name);
  await seller.getByLabel(t('介绍', 'Story'), { exact: true }).fill('茶园里放养，现杀现发。');
  await seller.getByLabel(t('分类', 'Category'), { exact: true }).selectOption({ label: t('土鸡禽蛋', 'Poultry and eggs') });
  await seller.getByLabel(t('库存单位', 'Unit of stock')).selectOption('piece');
  // What is asked of pieces stands there once the draft is counted in pieces.
  await goOn(seller, seller.getByRole('button', { name: t('存草稿', 'Save the draft') }), /done=saved/);
  await seller.getByLabel(t('规格名称', 'What it is called')).first().fill('整鸡');
  await seller.getByLabel(t('每份含几件', 'Pieces in one')).first().fill('1');
  await seller.getByText(t('按重量计价：整鸡、火腿', 'Sold by weight: a chicken, a ham')).first().click();
  await seller.getByLabel(t('每公斤价格', 'Price a kilogram')).first().fill('60');
  await seller.getByLabel(t('每件最轻', 'Least weight of one')).first().fill('1.2');
  await seller.getByLabel(t('每件最重', 'Most weight of one')).first().fill('2');
  const chicken = await stockAndPublish(seller, t, [
    { code: 'TJ-1', quantity: '20', from: [[ZUOLONG, '32']], quarantine: '6109250001' },
  ]);

  let number = '';
  await test.step('the heaviest two are paid for', async () => {
    await visit(page, chicken.product);
    const main = page.getByRole('main');
    for (const text of ['¥60', t('1.2–2 公斤', '1.2–2 kg'), '¥120']) await expect(main).toContainText(text);
    await addToCart(page, t, chicken.product, 2);
    const order = await checkOut(page, t);
    expect(order.goods).toBe(24_000);
    number = order.number;
  });

  const parcel = seller.getByRole('article').filter({ hasText: number });
  const piece = (place: number) => parcel.getByLabel(t(`第 ${place} 件`, `Piece ${place}`));
  const save = parcel.getByRole('button', { name: t('保存重量', 'Save the weights') });
  const ship = parcel.getByRole('button', { name: t('标记已发货', 'Mark as shipped') });

  await test.step('unweighed it does not leave, and a slip is no weight', async () => {
    await visit(seller, `${chicken.team}/parcels`);
    await expect(parcel).toContainText(t('先称重', 'Weigh it first'));
    await expect(ship).toHaveCount(0);
    await piece(1).fill('15');
    await piece(2).fill('2.3');
    await save.click();
    await expect(parcel).toContainText(t('比约定最重的 2 公斤多出一倍', 'More than twice the 2 kg agreed'));
    await expect(piece(1)).toHaveAttribute('aria-invalid', 'true');
    await expect(piece(2), 'what was typed stays').toHaveValue('2.3');
    await piece(1).fill('1.1');
    await save.click();
    await expect(parcel).toContainText(t('不到约定的 1.2 公斤', 'Less than the 1.2 kg agreed'));
  });

  await test.step('weighed, it says what goes back, and leaves', async () => {
    await piece(1).fill('1.5');
    await save.click();
    await expect(seller.getByText(t('重量已保存', 'The weights are saved'))).toBeVisible();
    await parcel.getByText(t('已称重', 'Weighed'), { exact: true }).click();
    await expect(parcel.getByText(t('发货时自动退给顾客 ¥30.00', '¥30.00 goes back to the buyer'))).toBeVisible();
    await expectAccessible(seller, 'a weighed parcel');
    await parcel.getByLabel(t('快递单号', 'Tracking number')).fill(`SF${Date.now()}`);
    await ship.click();
    await expect(seller.getByText(t('已发出订单', 'Shipped: order'))).toContainText(number);
  });

  await test.step('the buyer sees what was agreed, what it weighed and what came back', async () => {
    await visit(page, at(`/orders/${number}`));
    await expect(page.getByRole('main')).toContainText(
      t('实重 1.5 公斤、2.3 公斤，差额 ¥30.00 已退', 'Weighed 1.5 kg, 2.3 kg; ¥30.00 given back'),
    );
    const refund = page.getByRole('status').filter({ hasText: t('实重比约定的最重轻', 'It weighed less than the most') });
    await expect(refund).toContainText('¥30.00');
    expect(await amount(page, t('商品', 'Goods'))).toBe(24_000);
    expect(await moneyBarSum(page.getByRole('figure').filter({ hasText: t('去了哪里', 'goes') }))).toBe(21_000);
  });

  await test.step('fresh goods do not go back because somebody thinks better of it; damage is shown soon', async () => {
    await goOn(page, page.getByRole('link', { name: t('申请售后', 'Refund, return or exchange') }), /\/after-sale$/);
    await expectReasonNeeded(page, t, t('鲜活易腐商品，不适用七天无理由退货', 'Perishable: no return without a reason'));
    await expect(page.getByRole('main')).toContainText(t('签收后 48 小时内申请', 'within 48 hours after receipt'));
  });

  await test.step('the village gives back the difference, and nothing for the heavy one', async () => {
    const treasurer = await pageOf('mark');
    await visit(treasurer, at('/books'));
    const entries = treasurer.getByRole('row').filter({ hasText: number });
    await expect(entries.filter({ hasText: '+240.00' })).toHaveCount(1);
    await expect(entries.filter({ hasText: '−30.00' })).toHaveCount(1);
    await expect(entries).toHaveCount(2);
  });

  await takeOut(seller, t, chicken.listing);
});

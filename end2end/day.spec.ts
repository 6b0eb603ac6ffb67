// The day's work: the first page's numbers lead to their lists, ticked parcels leave together, notifications are read, in the
// console and as a letter.
import { expect, loginOf, test } from './support/test';
import { countLetters, letterTo, linkIn } from './support/mail';
import { bare } from './support/pages';
import { buy, expectSheet, fen, goOn, isPhone, narrow, recipient, seen, stayOn, unfold, visit, withScriptsOn } from './support/shop';
import { rowsOf } from './support/workbook';

withScriptsOn('desktop');

test('a seller sees what waits, ships the ticked parcels and reads what they were told', async ({ page, pageOf, t, at }) => {
  test.setTimeout(120_000);
  const seller = await pageOf('seller');
  await visit(seller, at('/sell'));
  await expect(seller).toHaveURL(/\/sell\/[^/]+/);
  const home = seller.url().replace(/\/$/, '');
  const notes = `${home}/notifications`;

  await test.step('how one is told is chosen: of new orders by a letter, at once', async () => {
    await visit(seller, notes);
    await seen(seller.getByText(t('怎么通知我', 'How I am told'))).click();
    const mail = seller.getByLabel(t('新订单 邮件', 'New orders by mail'));
    await mail.selectOption('at_once');
    await seller.getByRole('button', { name: t('保存', 'Save'), exact: true }).click();
    await expect(seller.getByText(t('已保存', 'Saved'), { exact: true })).toBeVisible();
    await expect(mail).toHaveValue('at_once');
  });
  const lettersBefore = countLetters(loginOf('seller'), 'told');
  const { number } = await buy(page, t, at('/products/tea-chaoqing'));

  const main = seller.getByRole('main');
  const figure = (label: string) => main.getByRole('link', { name: new RegExp(`^${label}`) });
  const shown = async (label: string) => figure(label).locator('.stat__v').innerText();

  await test.step('what was sold today and this month is what was sold of every product', async () => {
    const products = main.getByRole('table', { name: t('按商品', 'By product') });
    // Others buy of the same team meanwhile.
    await expect(async () => {
      await visit(seller, `${home}?all=product`);
      for (const [label, column] of [[t('今日销售额', 'Sold today'), 2], [t('本月销售额', 'Sold this month'), 3]] as const) {
        const parts = await products.locator(`tbody td:nth-child(${column})`).allInnerTexts();
        const sum = parts.filter((text) => text.trim()).reduce((all, text) => all + fen(text), 0);
        expect(sum, label).toBe(fen(await shown(label)));
      }
    }).toPass({ timeout: 20_000 });
    const own = products.getByRole('row').filter({ hasText: t('高山炒青', 'mountain pan-fired green tea') });
    for (const link of await own.getByRole('link').all()) await expect(link).toHaveAttribute('href', /\/orders\?status=all&from=.*&product=/);
    expect(fen(await own.locator('td').first().innerText()), 'the tea that was just bought').toBeGreaterThan(0);
  });
  if (isPhone()) {
    const bar = seller.getByRole('navigation', { name: t('常用操作', 'What is done most') });
    const box = await bar.getByRole('link').first().boundingBox();
    expect(box!.height, 'a thumb meets it').toBeGreaterThanOrEqual(48);
  }

  const late = Number(await shown(t('超期未发', 'Late')));
  await test.step('what is late is counted and listed; what was paid a moment ago is not', async () => {
    expect(late, 'nobody has packed an order of the demonstration in time').toBeGreaterThan(0);
    await expect(main).toContainText(t('已经超期，先发', 'late: send'));
    await goOn(seller, figure(t('超期未发', 'Late')), /\/orders\?late=1$/);
    const rows = seller.locator('tbody tr');
    await expect(rows).toHaveCount(late);
    await expect(rows.filter({ hasText: t('超期', 'Late') })).toHaveCount(late);
    await expect(rows.filter({ hasText: number })).toHaveCount(0);
  });

  await test.step('what is to be packed waits at the desk, what is late in a list of its own', async () => {
    await visit(seller, home);
    expect(Number(await shown(t('待发货', 'To pack'))), 'what is late, and what was bought').toBeGreaterThan(late);
    await goOn(seller, figure(t('待发货', 'To pack')), /\/parcels$/);
    const cards = seller.getByRole('article');
    await expect(cards.filter({ hasText: number })).toHaveCount(1);
    const states = seller.getByRole('navigation', { name: t('状态', 'State') });
    await goOn(seller, states.getByRole('link', { name: t('超时未发', 'Late') }), /\/parcels\?status=late$/);
    await expect(cards).toHaveCount(late);
    await expect(cards.filter({ hasText: number })).toHaveCount(0);
  });

  await test.step("today's sales lead to the parcels they were counted from", async () => {
    await visit(seller, home);
    await goOn(seller, main.getByRole('link', { name: t('今日销售额', 'Sold today') }), /\/orders\?.*from=/);
    await expect(seller.getByRole('row').filter({ hasText: number })).toHaveCount(1);
    await seller.getByLabel(t('付款日期从', 'Paid from')).fill('2020-01-01');
    await seller.getByLabel(t('到', 'to'), { exact: true }).fill('2020-01-02');
    await seller.getByRole('button', { name: t('筛选', 'Narrow'), exact: true }).click();
    await expect(seller).toHaveURL(/from=2020-01-01/);
    await expect(seller.getByText(t('没有找到', 'Nothing found'))).toBeVisible();
  });

  await test.step('what was sold is taken along, by village and by product', async () => {
    await visit(seller, home);
    const rows = rowsOf(await expectSheet(seller, t, /^sales-[\d-]+\.xlsx$/, t('销售表 XLSX', 'Sales as XLSX')));
    for (const by of [t('合计', 'Total'), t('日', 'Day'), t('村', 'Village'), t('商品', 'Product')]) {
      expect(rows.map(([first]) => first)).toContain(by);
    }
  });

  await test.step('sales of other days stand in the address, and are taken along as they are shown', async () => {
    const sales = seller.locator('#sales');
    const [first, last] = [sales.getByLabel(t('销售日期从', 'Sold from')), sales.getByLabel(t('到', 'to'), { exact: true })];
    const asked = async (from: string, to: string) => {
      await unfold(seller, t);
      await first.fill(from);
      await last.fill(to);
      await narrow(seller, t, new RegExp(`from=${from}&to=${to}`));
    };
    const whole = async () => {
      const sheet = await expectSheet(seller, t, /^sales-[\d-]+\.xlsx$/, t('销售表 XLSX', 'Sales as XLSX'));
      return rowsOf(sheet).find(([by]) => by === t('合计', 'Total'))!;
    };
    const label = t('这些天销售额', 'Sold on these days');
    // Days that are over: nobody buys on them meanwhile.
    const day = (ago: number) => new Date(Date.now() + 8 * 3_600_000 - ago * 86_400_000).toISOString().slice(0, 10);
    const [from, to] = [day(200), day(1)];
    await visit(seller, home);
    await asked(from, to);
    await expect(figure(label)).toHaveAttribute('href', new RegExp(`/orders\\?status=all&from=${from}&to=${to}$`));
    await expect(figure(t('今日销售额', 'Sold today'))).toHaveCount(0);
    // Money of such a day may still go back meanwhile.
    await expect(async () => {
      await visit(seller, `${home}?from=${from}&to=${to}`);
      const sum = fen(await shown(label));
      expect(sum, 'the demonstration sold something in this time').toBeGreaterThan(0);
      const row = await whole();
      expect(row[1]).toBe(`${from} – ${to}`);
      expect(Math.round(Number(row[2]) * 100), 'the sheet is of the same days').toBe(sum);
    }).toPass({ timeout: 20_000 });
    await asked('2020-01-01', '2020-01-31');
    expect(fen(await shown(label))).toBe(0);
    await expect(sales.getByText(t('这些天没有卖出', 'Nothing was sold on these days'))).toBeVisible();
    await asked('2020-01-01', to);
    await expect(sales.getByRole('status')).toContainText(t('一次最多看 366 天', '366 days at most'));
    await expect(figure(t('本月销售额', 'Sold this month')), 'the page stays, and says what it shows').toBeVisible();
    await goOn(seller, sales.getByRole('link', { name: t('清除筛选', 'Clear') }), /\/sell\/[^/?]+#sales$/);
    await expect(figure(t('今日销售额', 'Sold today'))).toBeVisible();
  });

  await test.step('what every village sold is one address away', async () => {
    await visit(seller, `${home}?all=village`);
    const villages = main.getByRole('table', { name: t('按村', 'By village') }).getByRole('row');
    await expect(villages.nth(1), 'a village below the heads').toContainText('¥');
  });

  await test.step('ticked parcels leave together; without a number none does', async () => {
    await visit(seller, `${home}/orders?status=to_pack&q=${encodeURIComponent(recipient.name)}`);
    const row = seller.getByRole('row').filter({ hasText: number });
    await row.getByRole('checkbox').check();
    const ship = seller.getByRole('button', { name: t('勾选的标记已发货', 'Ship the ticked') });
    await ship.click();
    await expect(row.getByRole('textbox')).toHaveAttribute('aria-invalid', 'true');
    await expect(row.getByRole('checkbox')).toBeChecked();
    await row.getByRole('textbox').fill(`YT${Date.now()}`);
    await ship.click();
    await expect(seller.getByText(t('1 个包裹已标记发货', '1 parcel was marked as shipped'))).toBeVisible();
    await expect(seller.getByRole('row').filter({ hasText: number })).toHaveCount(0);
    expect(new URL(seller.url()).searchParams.get('q'), 'still what was looked for').toBe(recipient.name);
  });

  await test.step('an order is found by its number', async () => {
    await visit(seller, `${home}/orders?status=all`);
    await unfold(seller, t);
    await seller.getByLabel(t('查找', 'Find'), { exact: true }).fill(number.toLowerCase());
    await narrow(seller, t, /q=xj/);
    await expect(seller.locator('tbody tr')).toHaveCount(1);
    await expect(seller.locator('tbody tr')).toContainText(number);
    await goOn(seller, seller.getByRole('link', { name: t('清除筛选', 'Clear') }), /\/orders\?status=all$/);
  });

  await test.step('the table can be taken along', async () => {
    await expectSheet(seller, t, /^orders-[\d-]+\.xlsx$/);
  });

  await test.step('what was told is read', async () => {
    // The order is told of by the worker, a moment after it was paid.
    await expect(async () => {
      await visit(seller, `${notes}?show=all`);
      await expect(seller.getByRole('listitem').filter({ hasText: number })).toHaveCount(1, { timeout: 500 });
    }).toPass({ timeout: 10_000 });
    const own = seller.getByRole('listitem').filter({ hasText: number });
    const kind = seller.getByLabel(t('哪一类', 'Kind'), { exact: true });
    await unfold(seller, t);
    await kind.selectOption('low_stock');
    await narrow(seller, t, /show=all.*kind=low_stock/);
    await expect(own).toBeHidden();
    await kind.selectOption('new_order');
    await narrow(seller, t, /show=all.*kind=new_order/);
    await expect(own).toHaveCount(1);
    await expectSheet(seller, t, /^notifications-[\d-]+\.xlsx$/);
    const states = seller.getByRole('navigation', { name: t('状态', 'State') });
    await goOn(seller, states.getByRole('link', { name: t('未读', 'Unread') }), /notifications\?kind=new_order$/);
    await expect(own, 'what has left need not be read').toBeHidden();
    await stayOn(seller, seller.getByRole('button', { name: t('筛出的全部标为已读', 'Mark all found as read') }));
    const rest = seller.getByRole('button', { name: t('全部标为已读', 'Mark all as read') });
    // Others buy of the same team meanwhile, and the seller is told.
    await expect(async () => {
      await visit(seller, notes);
      if (await rest.isVisible()) await stayOn(seller, rest);
      await expect(seller.getByText(t('没有未读的通知', 'Nothing unread'))).toBeVisible({ timeout: 500 });
    }).toPass({ timeout: 15_000 });
  });

  await test.step('the letter that was wished for is there, and leads to the console', async () => {
    const letter = await letterTo(loginOf('seller'), 'told', lettersBefore);
    // The account's language, whatever the pages are read in.
    expect(letter).toContain('有新订单付款了，可以打包发货。');
    expect(bare(linkIn(letter, '/sell'))).toBe(bare(new URL(home).pathname));
  });
});

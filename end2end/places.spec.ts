// A county that starts for real: a town, a village with its collective, a team and a unit are added, and the shop shows them.
import { type Page, expect, test } from './support/test';
import { expectAccessible } from './support/axe';
import { goOn, ready, seen, type Translate, visit, withScriptsOn } from './support/shop';

withScriptsOn('desktop');

const CHARSET = '0123456789ABCDEFGHJKLMNPQRTUWXY';

/** A unified credit code that no other body has: the last character follows from the others (GB 32100-2015). */
function creditCode(): string {
  const pick = () => CHARSET[Math.floor(Math.random() * CHARSET.length)];
  const body = `N2610925MF${Array.from({ length: 7 }, pick).join('')}`;
  let [weight, sum] = [1, 0];
  for (const character of body) {
    sum += CHARSET.indexOf(character) * weight;
    weight = (weight * 3) % CHARSET.length;
  }
  return body + CHARSET[(CHARSET.length - (sum % CHARSET.length)) % CHARSET.length];
}

/** Fills fields in by what the form sends them as. */
async function fill(page: Page, fields: Record<string, string>) {
  for (const [name, text] of Object.entries(fields)) await page.locator(`[name=${name}]`).fill(text);
}

const save = (page: Page, t: Translate) => page.getByRole('button', { name: t('保存', 'Save'), exact: true });

async function add(page: Page, link: string, path: RegExp) {
  await goOn(page, page.getByRole('link', { name: link, exact: true }), path);
}

test('a town, a village, a team and a unit are added and stand in the shop', async ({ pageOf, stranger, t, at }) => {
  test.setTimeout(120_000);
  const stamp = `${Date.now().toString(36)}${process.pid}`;
  const [county, shopper] = [await pageOf('county'), await stranger()];
  const town = [`新镇${stamp}`, `Newtown ${stamp}`] as const;
  const village = [`新村${stamp}`, `Newvillage ${stamp}`] as const;
  const collective = [`新村${stamp}股份经济合作社`, `Cooperative of Newvillage ${stamp}`] as const;
  const team = [`新队${stamp}`, `New Team ${stamp}`] as const;
  const unit = [`新单位${stamp}`, `New Unit ${stamp}`] as const;
  const saved = /\/county\/places\?done=saved/;

  await test.step('the list stands in the console of the county', async () => {
    await visit(county, at('/admin'));
    await goOn(county, seen(county.getByRole('link', { name: t('镇村与单位', 'Places'), exact: true })), /\/county\/places$/);
    await expectAccessible(county, 'the list of places');
  });

  await test.step('a town', async () => {
    await add(county, t('加一个镇', 'Add a town'), /\/towns\/new$/);
    await fill(county, { name: town[0], name_en: town[1] });
    await goOn(county, save(county, t), saved);
    await expect(county.getByRole('link', { name: t(...town), exact: true })).toBeVisible();
  });

  await test.step('a village with its collective; a slip in the code is told, and what was typed stays', async () => {
    await add(county, t('加一个村', 'Add a village'), /\/villages\/new$/);
    await expectAccessible(county, 'the form of a village');
    await county.locator('[name=town]').selectOption({ label: t(...town) });
    const code = creditCode();
    await fill(county, {
      name: village[0],
      name_en: village[1],
      collective_name: collective[0],
      collective_name_en: collective[1],
      credit_code: code.slice(0, -1) + (code.endsWith('0') ? '1' : '0'),
      yearly_target: '120000',
    });
    await save(county, t).click();
    await county.waitForURL(/flash=/);
    await ready(county);
    await expect(county.getByRole('alert')).toContainText(t('统一社会信用代码', 'Unified credit code'));
    await expect(county.locator('[name=name]')).toHaveValue(village[0]);
    await fill(county, { credit_code: code });
    await goOn(county, save(county, t), saved);
    await expect(county.getByRole('row').filter({ hasText: t(...village) })).toContainText(code);
  });

  await test.step('a team that sells for it', async () => {
    await add(county, t('加一个服务队', 'Add a team'), /\/teams\/new$/);
    await fill(county, { name: team[0], name_en: team[1] });
    await county.locator('[name=kind]').selectOption('industry');
    await save(county, t).click();
    await county.waitForURL(/flash=/);
    await ready(county);
    await expect(county.getByRole('alert')).toContainText(t('为哪些村卖货', 'Villages it sells for'));
    await county.getByLabel(t(...village), { exact: true }).check();
    await expectAccessible(county, 'the form of a team');
    await goOn(county, save(county, t), saved);
    await add(county, t(...team), /\/teams\/[0-9a-z]{13}$/);
    await expect(county.getByLabel(t(...village), { exact: true })).toBeChecked();
    await visit(county, at('/county/places'));
  });

  await test.step('a unit', async () => {
    await add(county, t('加一个单位', 'Add a unit'), /\/units\/new$/);
    await fill(county, { name: unit[0], name_en: unit[1], credit_code: creditCode() });
    await county.locator('[name=kind]').selectOption('headquarters');
    await expectAccessible(county, 'the form of a unit');
    await goOn(county, save(county, t), saved);
    await expect(county.getByRole('row').filter({ hasText: t(...unit) })).toContainText(t('总部', 'Headquarters'));
  });

  await test.step('everybody sees the village, its collective and who works for it', async () => {
    await visit(shopper, at('/villages'));
    await goOn(shopper, seen(shopper.getByRole('link', { name: t(...village), exact: true })), /\/villages\//);
    await expect(shopper.getByRole('heading', { level: 1 })).toHaveText(t(...village));
    await expect(shopper.getByRole('main')).toContainText(t(...collective));
    await expect(shopper.getByRole('main')).toContainText(t(...team));
  });

  await test.step('its name is corrected, and its address stays', async () => {
    const address = new URL(shopper.url()).pathname;
    await visit(county, at('/county/places'));
    await add(county, t(...village), /\/villages\/[0-9a-z]{13}$/);
    await fill(county, { name: `${village[0]}改`, name_en: `${village[1]} B` });
    await goOn(county, save(county, t), saved);
    await visit(shopper, address);
    await expect(shopper.getByRole('heading', { level: 1 })).toHaveText(t(`${village[0]}改`, `${village[1]} B`));
    await visit(county, at('/county/audit?action=village.saved'));
    await expect(county.locator('tbody tr').first()).toContainText(t('修改村和村集体', 'Village or its collective changed'));
  });
});

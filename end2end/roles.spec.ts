// Who may do what: the operator gives an account a role, its owner works with it, and it is taken back.
import { type Page, expect, loginOf, test } from './support/test';
import { expectAccessible } from './support/axe';
import { goOn, ready, seen, type Translate, visit, withScriptsOn } from './support/shop';

withScriptsOn('phone');

const PASSWORD = '岚河-2026-清明雨前';
const NAME = '林小满';
const TEAM = ['岚河茶产业服务队', 'Lan River Tea Team'] as const;
let made = 0;
const newLogin = () => `roles-${Date.now().toString(36)}-${process.pid}-${(made += 1)}@example.com`;

async function register(page: Page, t: Translate, at: (path: string) => string, login: string) {
  await visit(page, at('/register'));
  await page.getByLabel(t('手机号或邮箱', 'Phone or e-mail')).fill(login);
  await page.getByLabel(t('称呼', 'Name'), { exact: true }).fill(NAME);
  await page.getByLabel(t('密码', 'Password'), { exact: true }).fill(PASSWORD);
  await page.getByRole('button', { name: t('注册', 'Register') }).click();
  await expect(page).toHaveURL(/\/account$/);
}

async function find(operator: Page, t: Translate, login: string) {
  await operator.getByLabel(t('手机号或邮箱', 'Phone or e-mail')).fill(login);
  await operator.getByRole('button', { name: t('查找账号', 'Find the account') }).click();
}

test('the operator makes somebody a seller, and takes it back', async ({ pageOf, stranger, t, at }) => {
  test.setTimeout(120_000);
  const login = newLogin();
  const [operator, newcomer] = [await pageOf('operator'), await stranger()];
  await register(newcomer, t, at, login);
  expect((await newcomer.goto(at('/sell')))?.status(), 'nothing to sell for yet').toBe(403);

  await test.step('whoever has no account is not found, and what was typed stays', async () => {
    await visit(operator, at('/admin'));
    await goOn(operator, seen(operator.getByRole('link', { name: t('角色', 'Roles'), exact: true })), /\/county\/roles$/);
    await expectAccessible(operator, 'the desk for roles');
    const nobody = `nobody-${login}`;
    await find(operator, t, nobody);
    await expect(operator.getByRole('alert')).toContainText(t('没有找到', 'Not found'));
    await ready(operator);
    await expect(operator.getByLabel(t('手机号或邮箱', 'Phone or e-mail'))).toHaveValue(nobody);
  });

  await test.step('the account is found; its address and its page do not tell the login', async () => {
    await find(operator, t, login);
    await operator.waitForURL(/\/county\/roles\?account=[0-9a-z]{13}$/);
    await ready(operator);
    await expect(operator.getByRole('heading', { name: NAME })).toBeVisible();
    await expect(operator.getByText('r***@example.com')).toBeVisible();
    await expect(operator.getByText(t('这个账号还没有角色', 'This account has no role'))).toBeVisible();
  });

  const rows = operator.locator('tbody tr');
  await test.step('the kind is chosen, then the team, and not before that is it given', async () => {
    await operator.getByLabel(t('角色', 'Role'), { exact: true }).selectOption('seller');
    await operator.getByLabel(t('所属的名称含', 'Part of the name')).fill(t('茶产业', 'river tea'));
    await goOn(operator, operator.getByRole('button', { name: t('下一步', 'Next'), exact: true }), /kind=seller/);
    await expectAccessible(operator, 'a role to give');
    const give = operator.getByRole('button', { name: t('授予：带货干部', 'Give: Cadre seller') });
    await give.click();
    await expect(operator.getByRole('alert')).toContainText(t('请选择列表中的一项', 'Choose one of the list'));
    await ready(operator);
    const team = operator.getByLabel(t('服务队', 'Team'), { exact: true });
    await expect(team.locator('option'), 'the word narrows the list').toHaveCount(2);
    const value = await team.locator('option').filter({ hasText: t(...TEAM) }).getAttribute('value');
    await team.selectOption(value!);
    await goOn(operator, give, /done=granted$/);
    await expect(operator.getByText(t('已授予角色', 'The role is given'))).toBeVisible();
    await expect(rows).toHaveCount(1);
    await expect(rows).toContainText([t(...TEAM)]);
    await expectAccessible(operator, 'an account with a role');
  });

  await test.step('the person sells for the team from the next click on, and stands among its members', async () => {
    await visit(newcomer, at('/sell'));
    await expect(newcomer).toHaveURL(/\/sell\/[0-9a-z]{13}$/);
    await expect(newcomer.getByRole('heading', { level: 1, name: t(...TEAM) })).toBeVisible();
    const captain = await pageOf('captain');
    await visit(captain, at('/sell'));
    await goOn(captain, seen(captain.getByRole('link', { name: t('队员', 'Members'), exact: true })), /\/members$/);
    await expect(captain.getByRole('row').filter({ hasText: NAME }).first()).toContainText(t('带货干部', 'Cadre seller'));
    await expect(captain.getByRole('row').filter({ hasText: '演示·队长' })).toContainText(t('队长', 'Team captain'));
    await expectAccessible(captain, 'the members of a team');
  });

  const workplace = newcomer.url();
  await test.step('taken back after a second look, it opens nothing any more', async () => {
    const confirm = operator.getByRole('button', { name: t('确认收回', 'Take it back') });
    await expect(confirm).toBeHidden();
    await operator.getByText(t('收回：带货干部', 'Take back: Cadre seller')).click();
    await goOn(operator, confirm, /done=revoked$/);
    await expect(operator.getByText(t('已收回角色', 'The role is taken back'))).toBeVisible();
    await expect(operator.getByText(t('这个账号还没有角色', 'This account has no role'))).toBeVisible();
    for (const path of [workplace, at('/sell')]) {
      expect((await newcomer.goto(path))?.status(), path).toBe(403);
    }
  });

  await test.step('both stand in the account’s own log and in the county’s', async () => {
    const account = new URL(operator.url()).searchParams.get('account');
    for (const [action, words] of [['role_grant', t('授予角色', 'Role given')], ['role_revoke', t('收回角色', 'Role taken back')]]) {
      await visit(operator, at(`/county/audit?action=${action}`));
      await expect(operator.locator('tbody tr').filter({ hasText: account! })).toContainText(words);
      await visit(newcomer, at('/account/events'));
      await expect(newcomer.getByRole('main')).toContainText(words);
    }
  });
});

test('whoever finds themselves is told why there is nothing to give', async ({ pageOf, t, at }) => {
  const operator = await pageOf('operator');
  await visit(operator, at('/county/roles'));
  await find(operator, t, loginOf('operator'));
  await operator.waitForURL(/\/county\/roles\?account=[0-9a-z]{13}$/);
  await ready(operator);
  await expect(operator.getByText(t('这是您自己的账号', 'This account is your own'))).toBeVisible();
  await expect(operator.getByRole('button', { name: t('下一步', 'Next'), exact: true })).toHaveCount(0);
  await expectAccessible(operator, 'the own account at the desk for roles');
});

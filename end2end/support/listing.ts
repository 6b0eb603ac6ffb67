// What a seller does to bring a product into the shop.
import { readFileSync } from 'node:fs';
import { type Page, expect } from '@playwright/test';
import { type Translate, ready, visit } from './shop';

const PICTURES = new URL('../../server/service/data/demo/pictures/', import.meta.url);

const picture = (file: string, name: string) => ({
  name,
  mimeType: 'image/webp',
  buffer: readFileSync(new URL(file, PICTURES)),
});

export const PHOTOS = [picture('tea-danya-1.webp', 'tea-1.webp'), picture('tea-danya-2.webp', 'tea-2.webp')];

/** What a phone of a common make sends when nobody told it otherwise, under a name that promises something else. */
export const HEIC = {
  name: 'IMG_0001.jpg',
  mimeType: 'image/jpeg',
  buffer: Buffer.concat([Buffer.from([0, 0, 0, 24]), Buffer.from('ftypheic\0\0\0\0mif1heic'), Buffer.alloc(4096)]),
};

/** An SC number with the right check digit, and one with a slip in it. */
export const SC_NUMBER = 'SC11461092599010';
export const SC_NUMBER_WITH_A_SLIP = 'SC11461092599011';

/** Starts a listing; answers the address of its page. */
export async function startListing(page: Page, t: Translate, at: (path: string) => string): Promise<string> {
  await visit(page, at('/sell'));
  await page.getByRole('button', { name: t('上架商品', 'List a product') }).first().click();
  await page.waitForURL(/\/sell\/[^/]+\/products\/[^/?]+/);
  await ready(page);
  return new URL(page.url()).pathname;
}

/** Fills in what every product has: words, a variant, its price. */
export async function fillWords(page: Page, t: Translate, name: string): Promise<void> {
  await page.getByLabel(t('名称', 'Name'), { exact: true }).fill(name);
  await page.getByLabel(t('介绍', 'Story'), { exact: true }).fill('谷雨前一芽一叶，手工采，当天炒。汤色清亮，有栗香。');
  await page.getByLabel(t('规格名称', 'What it is called')).first().fill('100 克袋装');
  await page.getByLabel(t('价格', 'Price'), { exact: true }).first().fill('58');
  await page.getByLabel(t('每份净重', 'Net weight of one')).first().fill('100');
}

/** Where the SC number is typed; the words also stand at the food class. */
export const scNumberField = (page: Page, t: Translate) => page.getByRole('textbox', { name: t('SC 编号', 'SC number') });

/** Fills in the label of packaged food. */
export async function fillLabel(page: Page, t: Translate, scNumber: string): Promise<void> {
  await scNumberField(page, t).fill(scNumber);
  await page.getByLabel(t('配料', 'Ingredients')).fill('茶鲜叶');
  await page.getByLabel(t('净含量', 'Net content')).fill('100 g');
  await page.getByLabel(t('生产者', 'Producer')).fill('岚皋县佐龙镇佐龙村茶叶初制厂');
  await page.getByLabel(t('贮存条件', 'Storage')).fill('密封、避光');
  await page.getByLabel(t('保质期', 'Shelf life')).fill('540');
}

/** Takes a batch of 20 kg from one village of the team in; begins on the listing's page and ends there. */
export async function takeBatchIn(page: Page, t: Translate, village: [string, string] = ['佐龙村', 'Zuolong Village']): Promise<void> {
  await page.getByRole('button', { name: t('登记批次、改库存', 'Add a batch, correct stock') }).click();
  await page.waitForURL(/\/stock/);
  await ready(page);
  await page.getByLabel(t('可卖的数量', 'Quantity for sale')).fill('20');
  await page.getByLabel(t(...village)).fill('20');
  await page.getByRole('button', { name: t('入库', 'Take in') }).click();
  await expect(page.getByRole('main')).toContainText('20 kg');
  await page.getByRole('link', { name: t('返回商品', 'Back to the product') }).click();
  await page.waitForURL(/\/products\/[^/]+$/);
  await ready(page);
}

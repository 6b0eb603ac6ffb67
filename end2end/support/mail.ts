// The letters of a shop without a mail server: files, whose names stand in the server's log.
import { readFileSync } from 'node:fs';
import { expect } from '@playwright/test';

const LOG = process.env.SERVER_LOG ?? new URL('../artifacts/server.log', import.meta.url).pathname;

/** A letter as people read it: its plain text. */
function plainText(file: string): string {
  const raw = readFileSync(file, 'utf8');
  const boundary = /boundary="([^"]+)"/.exec(raw)?.[1] ?? '';
  const part = raw.split(`--${boundary}`).find((text) => /content-type: text\/plain/i.test(text)) ?? '';
  const [head, ...rest] = part.split('\r\n\r\n');
  const body = rest.join('\r\n\r\n');
  if (/base64/i.test(head ?? '')) return Buffer.from(body, 'base64').toString('utf8');
  const bytes = body.replace(/=\r\n/g, '').replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString('utf8');
}

/** The files of an address's letters of a kind, in the order in which they were written. */
function lettersOf(address: string, kind: string): string[] {
  const files = [...readFileSync(LOG, 'utf8').matchAll(/file=(\S+\.eml)/g)].map((match) => match[1] as string);
  return files.filter((file) => file.endsWith(`-${kind}.eml`) && readFileSync(file, 'utf8').includes(`To: ${address}`));
}

/** How many letters of a kind an address has got so far. */
export const countLetters = (address: string, kind: string): number => lettersOf(address, kind).length;

/** The newest letter of a kind to an address; waits until it is there, and until there are more than the address had before. */
export async function letterTo(address: string, kind: string, before = 0): Promise<string> {
  let found = '';
  await expect
    .poll(
      () => {
        found = lettersOf(address, kind).slice(before).at(-1) ?? '';
        return found;
      },
      { message: `a letter ${kind} to ${address}`, timeout: 15_000 },
    )
    .not.toBe('');
  return plainText(found);
}

/** Path and query of the letter's link that begins with `path`. */
export function linkIn(letter: string, path: string): string {
  const found = new RegExp(`https?://[^\\s/]+((?:/en)?${path}\\S*)`).exec(letter);
  expect(found, `a link to ${path} in: ${letter}`).toBeTruthy();
  return (found as RegExpExecArray)[1] as string;
}

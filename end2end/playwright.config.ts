// The shop in Chromium. `cargo xtask e2e` builds and starts the server and passes its address as BASE_URL.
//
// The shop's specs run on a phone and on a desktop, each with and without JavaScript; flows of consoles on two of the four, one
// with and one without (`withScriptsOn` of support/shop.ts says which); *.island.spec.ts, about things that move, need it.
import { defineConfig } from '@playwright/test';

const onCi = !!process.env.CI && process.env.CI !== 'false';

const phone = { viewport: { width: 375, height: 812 }, hasTouch: true, isMobile: true };
const desktop = { viewport: { width: 1280, height: 800 } };
const withoutScripts = { testIgnore: '**/*.island.spec.ts' };

export default defineConfig({
  testDir: '.',
  testMatch: '**/*.spec.ts',
  outputDir: 'artifacts/results',
  fullyParallel: true,
  forbidOnly: onCi,
  workers: 2,
  retries: onCi ? 1 : 0,
  reporter: [['list'], ['./support/every-page.ts']],
  timeout: 60_000,
  expect: { timeout: 10_000 },
  use: {
    baseURL: process.env.BASE_URL ?? 'http://127.0.0.1:3000',
    locale: 'zh-CN',
    timezoneId: 'Asia/Shanghai',
    // What passes the worker of the consoles no test can route; offline.island.spec.ts is about it, and lets it in.
    serviceWorkers: 'block',
    actionTimeout: 10_000,
    navigationTimeout: 15_000,
    screenshot: 'only-on-failure',
    trace: onCi ? 'on-first-retry' : 'off',
    launchOptions: {
      executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
  },
  projects: [
    { name: 'phone', use: phone },
    { name: 'desktop', use: desktop },
    { name: 'phone-nojs', use: { ...phone, javaScriptEnabled: false }, ...withoutScripts },
    { name: 'desktop-nojs', use: { ...desktop, javaScriptEnabled: false }, ...withoutScripts },
  ],
});

// Fails a whole run in which nobody opened some page of the shop's table: no spec would notice what is wrong with it.
import { readdirSync } from 'node:fs';
import { basename } from 'node:path';
import type { FullConfig, FullResult, Reporter, Suite, TestCase, TestResult } from '@playwright/test/reporter';
import { OPENED, PATTERNS } from './pages';

/** Pages that no browser is seen to open, and why. */
const NOT_OPENED: Record<string, string> = {
  '/sign-in/new-password': 'led to with a password that was set at the terminal: server/tests/http/privacy.rs walks there',
  '/account/personal-data/export': 'one download, behind a password and within ten minutes: privacy.spec.ts reads the file',
};

export default class EveryPage implements Reporter {
  private readonly opened = new Set<string>();
  private isWhole = false;

  // The test list keeps its place on the screen; this adds lines at the end only.
  printsToStdio() {
    return false;
  }

  onBegin(config: FullConfig, suite: Suite) {
    const chosen = new Set(suite.allTests().map((one) => basename(one.location.file)));
    const specs = readdirSync(config.rootDir).filter((name) => name.endsWith('.spec.ts'));
    const isEveryProject = suite.suites.length === config.projects.length;
    this.isWhole = isEveryProject && !config.shard && specs.every((name) => chosen.has(name));
  }

  onTestEnd(_test: TestCase, result: TestResult) {
    for (const { type, description } of result.annotations) {
      if (type === OPENED) for (const pattern of (description ?? '').split(' ')) this.opened.add(pattern);
    }
  }

  async onEnd(result: FullResult) {
    if (!this.isWhole || result.status === 'interrupted') return;
    if (PATTERNS.length === 0) {
      console.log('whether every page was opened is not known: PAGES does not name them (cargo xtask e2e does)');
      return;
    }
    const missed = PATTERNS.filter((pattern) => !this.opened.has(pattern) && !(pattern in NOT_OPENED));
    const gone = Object.keys(NOT_OPENED).filter((pattern) => !PATTERNS.includes(pattern));
    if (missed.length + gone.length === 0) {
      console.log(`every page was opened, with its headers in place: ${PATTERNS.length}`);
      return;
    }
    for (const pattern of missed) console.log(`no spec opened this page with its headers in place: ${pattern}`);
    for (const pattern of gone) console.log(`end2end/support/every-page.ts excepts a page that is gone: ${pattern}`);
    return { status: 'failed' as const };
  }
}

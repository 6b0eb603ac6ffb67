// The accessibility rules of WCAG 2.2 AA that a machine can check.
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { type Page, expect } from '@playwright/test';
import { hasScripts } from './shop';

const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

interface Violation {
  id: string;
  help: string;
  nodes: { html: string; failureSummary?: string }[];
}

/** Checks the page as it stands; `rules` limits it to some rules. The checker is a script: without them there is nothing to ask. */
export async function expectAccessible(page: Page, what: string, rules?: string[]): Promise<void> {
  if (!hasScripts()) return;
  // Evaluated, not added as a script element: the page's policy refuses those, as it should.
  await page.evaluate(source);
  const violations = await page.evaluate(
    async ([tags, only]) => {
      const runOnly = only ? { type: 'rule', values: only } : { type: 'tag', values: tags };
      const { axe } = window as unknown as { axe: { run: (context: Document, options: object) => Promise<{ violations: Violation[] }> } };
      return (await axe.run(document, { runOnly, resultTypes: ['violations'] })).violations;
    },
    [TAGS, rules] as const,
  );
  const told = violations.flatMap((violation) =>
    violation.nodes.slice(0, 4).map((node) => `${violation.id}: ${violation.help}\n  ${node.html.slice(0, 200)}\n  ${node.failureSummary ?? ''}`),
  );
  expect(told, `${what} is accessible`).toEqual([]);
}

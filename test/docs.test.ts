import { existsSync, globSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { generatedDocs } from '../scripts/generated-docs.ts';
import { ERROR_CATALOGUE } from '../src/domain/errors.ts';

describe('documents tell the truth', async () => {
  test.each([...(await generatedDocs())])('%s is as its source says (npm run gen)', (path, text) => {
    expect(existsSync(path)).toBe(true);
    expect(readFileSync(path, 'utf8')).toBe(text);
  });

  test('every error code that the sources use is in the catalogue and in its page', () => {
    const used = new Set(
      globSync('{src,machines}/**/*.{ts,tsx}')
        .flatMap((path) => readFileSync(path, 'utf8').match(/'SEC_[A-Z_]+'/g) ?? [])
        .map((code) => code.slice(1, -1)),
    );
    expect(used.size).toBeGreaterThan(15);
    const reference = readFileSync('docs/reference/errors.md', 'utf8');
    for (const code of used) {
      expect(Object.keys(ERROR_CATALOGUE)).toContain(code);
      expect(reference).toContain(`\`${code}\``);
    }
  });

  test('every catalogued error says what to do, in a sentence', () => {
    for (const { message, hint } of Object.values(ERROR_CATALOGUE)) {
      expect(message).toMatch(/^[A-Z].*\.$/);
      expect(hint).toMatch(/^[A-Z].*\.$/);
    }
  });

  test('links between documents lead somewhere', () => {
    const pages = globSync(['*.md', 'docs/**/*.md']);
    expect(pages.length).toBeGreaterThan(8);
    const broken = pages.flatMap((page) =>
      [...readFileSync(page, 'utf8').matchAll(/\]\((?!https?:|#|mailto:)([^)#]+)/g)]
        .map(([, target = '']) => new URL(target, `file://${process.cwd()}/${page}`).pathname)
        .filter((path) => !existsSync(path))
        .map((path) => `${page} → ${path}`),
    );
    expect(broken).toEqual([]);
  });
});

import { type SecurityEvent, textOf } from '../../../domain/event.ts';
import { isKnownBad } from './bad-packages.ts';
import { fetchesAndRuns } from './code-texts.ts';
import type { Install } from './installs.ts';
import type { Say } from './say.ts';
import type { SupplySettings } from './settings.ts';
import { typosquatOf } from './typosquat.ts';

const PUBLIC =
  /^(?:public|npm|npmjs|pypi|crates|crates\.io|rubygems|packagist)$|registry\.npmjs\.org|registry\.yarnpkg\.com|pypi\.org|files\.pythonhosted\.org|crates\.io|rubygems\.org/i;

/** A package by name and version: misspelt, bad, or from the wrong registry. */
export const judgeName = (install: Install, scope: string, settings: SupplySettings, known: ReadonlySet<string>, say: Say): void => {
  const { name, version, registry } = install;
  if (name === '') return;
  const subject = `package:${registry}:${name.toLowerCase()}`;
  const shown = version === '' ? name : `${name} ${version}`;
  if (isKnownBad(name, version, settings.advisories)) {
    say({ type: 'malicious_package', rule: 'known-bad', says: `${shown} is known to carry an attack.`, field: 'package_name', text: shown, subject });
  } else {
    const real = typosquatOf(name, registry, known);
    if (real !== '') say({ type: 'typosquat', rule: 'near-name', says: `${shown} is named nearly like ${real}.`, field: 'package_name', text: name, subject });
  }
  const isPrivate =
    scope.toLowerCase() === 'private' || settings.private_names.some((own) => name === own || (own.startsWith('@') && name.startsWith(`${own}/`)));
  if (isPrivate && PUBLIC.test(registry)) {
    say({
      type: 'dependency_confusion',
      rule: 'public-registry',
      says: `${shown} is a private name and came from a public registry (${registry}).`,
      field: 'registry',
      text: registry,
      subject,
    });
  }
};

/** An installation that a build reports: hashes and hooks besides the name. */
export const judgeInstall = (event: SecurityEvent, say: Say): void => {
  const { details } = event;
  const name = textOf(details, 'package_name').slice(0, 214);
  const subject = `package:${textOf(details, 'registry').slice(0, 64)}:${name.toLowerCase()}`;
  const hash = textOf(details, 'hash').trim().slice(0, 256);
  const expected = textOf(details, 'expected_hash').trim().slice(0, 256);
  if (hash !== '' && expected !== '' && hash.toLowerCase() !== expected.toLowerCase()) {
    say({
      type: 'integrity_violation',
      rule: 'hash',
      says: `${name} has another hash than expected.`,
      field: 'hash',
      text: `${hash} instead of ${expected}`,
      subject,
    });
  }
  const hooks = ['install_script', 'preinstall_script', 'postinstall_script', 'build_log'].map((key) => textOf(details, key)).join('\n');
  const found = fetchesAndRuns(`${hooks}\n${hooksOf(textOf(details, 'package_json'))}`);
  if (found === undefined) return;
  say({
    type: 'malicious_build_artifact',
    rule: 'hook',
    says: `The install hook of ${name} fetches and runs code: ${found.slice(0, 200)}`,
    field: 'install_script',
    text: found,
    subject,
  });
};

const HOOKS = ['preinstall', 'install', 'postinstall', 'prepare', 'preprepare', 'postprepare'];

const hooksOf = (json: string): string => {
  if (json === '' || json.length > 1_000_000) return '';
  try {
    const value: unknown = JSON.parse(json);
    const scripts = typeof value === 'object' && value !== null && 'scripts' in value ? value.scripts : undefined;
    if (typeof scripts !== 'object' || scripts === null) return '';
    return Object.entries(scripts)
      .filter(([name, script]) => HOOKS.includes(name) && typeof script === 'string')
      .map(([, script]) => String(script).slice(0, 4096))
      .join('\n');
  } catch {
    // Not JSON: judged as text.
    return json.slice(0, 65_536);
  }
};

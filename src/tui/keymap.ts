import { type DisabledReason, whyNoAcknowledge, whyNoApprove, whyNoConfirm, whyNoCopy, whyNoDecision, whyNoDetail, whyNoIp, whyNoUndo } from './disabled.ts';

/** Where keys mean something. Exactly one is in force at a time. */
export const CONTEXTS = ['alerts', 'approvals', 'history', 'status', 'detail', 'help', 'filter', 'dialog', 'reason', 'too-small'] as const;
export type Context = (typeof CONTEXTS)[number];

/** One action, the keys that run it and where. Dispatcher, footer, help and `docs/reference/keys.md` all read this table. */
export type Binding = {
  readonly id: ActionId;
  /** Names as `key-names.ts` makes them. Never one that terminals cannot send or that multiplexers take. */
  readonly keys: readonly string[];
  readonly contexts: readonly Context[];
  /** Word for the footer. */
  readonly label: string;
  /** Sentence for help and docs. */
  readonly tooltip: string;
  readonly group: 'move' | 'look' | 'act' | 'copy' | 'screen' | 'type';
  /** Lower comes first in the footer; without one it is not there. */
  readonly footer?: number;
  readonly disabledReason?: DisabledReason;
};

export type ActionId =
  | 'list.down'
  | 'list.up'
  | 'list.page-down'
  | 'list.page-up'
  | 'list.first'
  | 'list.last'
  | 'list.follow'
  | 'row.open'
  | 'filter.edit'
  | 'detail.toggle'
  | 'help.open'
  | 'view.alerts'
  | 'view.approvals'
  | 'view.history'
  | 'view.status'
  | 'view.next'
  | 'view.previous'
  | 'approval.approve'
  | 'approval.reject'
  | 'lease.undo'
  | 'alert.acknowledge'
  | 'mode.confirm'
  | 'copy.id'
  | 'copy.json'
  | 'copy.ip'
  | 'app.back'
  | 'app.escape'
  | 'app.quit'
  | 'app.quit-now'
  | 'app.suspend'
  | 'app.redraw'
  | 'scroll.down'
  | 'scroll.up'
  | 'scroll.page-down'
  | 'scroll.page-up'
  | 'scroll.first'
  | 'scroll.last'
  | 'dialog.confirm'
  | 'dialog.cancel'
  | 'dialog.reason'
  | 'text.done'
  | 'text.cancel'
  | 'text.erase'
  | 'text.clear';

const LISTS: readonly Context[] = ['alerts', 'approvals', 'history', 'status'];
const ROWS: readonly Context[] = ['alerts', 'approvals', 'history'];
const PANES: readonly Context[] = ['detail', 'help'];
const TYPING: readonly Context[] = ['filter', 'reason'];

/** Every key there is. A key appears at most once per context (tested). */
export const KEYMAP: readonly Binding[] = [
  { id: 'list.down', keys: ['j', 'down'], contexts: LISTS, label: 'down', tooltip: 'Next row', group: 'move' },
  { id: 'list.up', keys: ['k', 'up'], contexts: LISTS, label: 'up', tooltip: 'Previous row; in alerts this holds the list still', group: 'move' },
  { id: 'list.page-down', keys: ['ctrl+d', 'ctrl+f', 'pagedown'], contexts: LISTS, label: 'page', tooltip: 'A page down', group: 'move' },
  { id: 'list.page-up', keys: ['ctrl+u', 'ctrl+b', 'pageup'], contexts: LISTS, label: 'page', tooltip: 'A page up', group: 'move' },
  { id: 'list.first', keys: ['g', 'home'], contexts: LISTS, label: 'first', tooltip: 'First row; in history the newest, and follow', group: 'move' },
  { id: 'list.last', keys: ['G', 'end'], contexts: LISTS, label: 'last', tooltip: 'Last row; in alerts the newest, and follow', group: 'move' },
  {
    id: 'list.follow',
    keys: ['p'],
    contexts: ['alerts', 'history'],
    label: 'pause',
    tooltip: 'Hold the list still, or follow the newest row again',
    group: 'look',
  },
  {
    id: 'row.open',
    keys: ['enter', 'l', 'right'],
    contexts: ROWS,
    label: 'open',
    tooltip: 'Everything about the row, on the whole screen',
    group: 'look',
    footer: 3,
    disabledReason: whyNoDetail,
  },
  { id: 'detail.toggle', keys: ['D'], contexts: ROWS, label: 'detail', tooltip: 'Detail pane at the side, at the bottom, or away', group: 'look' },
  {
    id: 'filter.edit',
    keys: ['/'],
    contexts: LISTS,
    label: 'filter',
    tooltip: 'Filter: words, sev:high, mod:, src:203.0.113.0/24, user:, type:, and ! to turn one round',
    group: 'look',
    footer: 2,
  },
  { id: 'help.open', keys: ['?'], contexts: [...LISTS, 'detail'], label: 'help', tooltip: 'The keys of this view', group: 'look', footer: 1 },
  { id: 'view.alerts', keys: ['1'], contexts: [...LISTS, 'detail'], label: 'alerts', tooltip: 'Alerts', group: 'look' },
  { id: 'view.approvals', keys: ['2'], contexts: [...LISTS, 'detail'], label: 'approvals', tooltip: 'What waits for a decision', group: 'look' },
  { id: 'view.history', keys: ['3'], contexts: [...LISTS, 'detail'], label: 'history', tooltip: 'What was decided and done, by whom and why', group: 'look' },
  { id: 'view.status', keys: ['4'], contexts: [...LISTS, 'detail'], label: 'status', tooltip: 'Daemon, sources, actors and limits', group: 'look' },
  { id: 'view.next', keys: ['tab'], contexts: LISTS, label: 'next view', tooltip: 'Next view', group: 'look' },
  { id: 'view.previous', keys: ['shift+tab'], contexts: LISTS, label: 'previous view', tooltip: 'Previous view', group: 'look' },
  {
    id: 'approval.approve',
    keys: ['a'],
    contexts: ['alerts', 'approvals', 'detail'],
    label: 'approve',
    tooltip: 'Ask to let the waiting action happen',
    group: 'act',
    footer: 4,
    disabledReason: whyNoApprove,
  },
  {
    id: 'approval.reject',
    keys: ['x'],
    contexts: ['alerts', 'approvals', 'detail'],
    label: 'reject',
    tooltip: 'Ask to refuse the waiting action',
    group: 'act',
    footer: 5,
    disabledReason: whyNoDecision,
  },
  {
    id: 'alert.acknowledge',
    keys: ['A'],
    contexts: ['alerts', 'detail'],
    label: 'ack',
    tooltip: 'Acknowledge the alert, or open it again',
    group: 'act',
    footer: 6,
    disabledReason: whyNoAcknowledge,
  },
  {
    id: 'mode.confirm',
    keys: ['C'],
    contexts: [...LISTS, 'detail'],
    label: 'confirm mode',
    tooltip: 'Keep the stronger preset, or that dry run is left, before it goes back by itself',
    group: 'act',
    disabledReason: whyNoConfirm,
  },
  {
    id: 'lease.undo',
    keys: ['u'],
    contexts: ['alerts', 'history', 'detail'],
    label: 'undo',
    tooltip: 'Take back the last acknowledgement at once, or ask to take back the action in force for this row',
    group: 'act',
    footer: 7,
    disabledReason: whyNoUndo,
  },
  {
    id: 'copy.id',
    keys: ['y'],
    contexts: [...ROWS, 'detail'],
    label: 'copy id',
    tooltip: 'Copy the id through the terminal (OSC 52; in tmux: set -g set-clipboard on)',
    group: 'copy',
    footer: 8,
    disabledReason: whyNoCopy,
  },
  {
    id: 'copy.json',
    keys: ['Y'],
    contexts: [...ROWS, 'detail'],
    label: 'copy JSON',
    tooltip: 'Copy the whole row as JSON',
    group: 'copy',
    disabledReason: whyNoCopy,
  },
  { id: 'copy.ip', keys: ['i'], contexts: [...ROWS, 'detail'], label: 'copy IP', tooltip: 'Copy the address', group: 'copy', disabledReason: whyNoIp },
  { id: 'scroll.down', keys: ['j', 'down'], contexts: [...PANES, 'dialog'], label: 'down', tooltip: 'Scroll down', group: 'move' },
  { id: 'scroll.up', keys: ['k', 'up'], contexts: [...PANES, 'dialog'], label: 'up', tooltip: 'Scroll up', group: 'move' },
  { id: 'scroll.page-down', keys: ['ctrl+d', 'ctrl+f', 'pagedown'], contexts: [...PANES, 'dialog'], label: 'page', tooltip: 'A page down', group: 'move' },
  { id: 'scroll.page-up', keys: ['ctrl+u', 'ctrl+b', 'pageup'], contexts: [...PANES, 'dialog'], label: 'page', tooltip: 'A page up', group: 'move' },
  { id: 'scroll.first', keys: ['g', 'home'], contexts: [...PANES, 'dialog'], label: 'top', tooltip: 'To the top', group: 'move' },
  { id: 'scroll.last', keys: ['G', 'end'], contexts: [...PANES, 'dialog'], label: 'end', tooltip: 'To the end', group: 'move' },
  {
    id: 'dialog.confirm',
    keys: ['y'],
    contexts: ['dialog'],
    label: 'yes',
    tooltip: 'Do it. Counts 0.3 s after the dialog opened, once, and only after the end was seen',
    group: 'act',
    footer: 2,
  },
  {
    id: 'dialog.cancel',
    keys: ['enter', 'esc', 'q', 'n', 'h', 'left'],
    contexts: ['dialog'],
    label: 'cancel',
    tooltip: 'Close without doing anything (in focus)',
    group: 'act',
    footer: 1,
  },
  { id: 'dialog.reason', keys: ['r'], contexts: ['dialog'], label: 'reason', tooltip: 'Say why: it is kept in the history', group: 'act', footer: 3 },
  { id: 'text.done', keys: ['enter'], contexts: TYPING, label: 'done', tooltip: 'Keep the text', group: 'type', footer: 1 },
  { id: 'text.cancel', keys: ['esc'], contexts: TYPING, label: 'cancel', tooltip: 'Leave as it was before', group: 'type', footer: 2 },
  { id: 'text.erase', keys: ['backspace'], contexts: TYPING, label: 'erase', tooltip: 'Erase a character', group: 'type' },
  { id: 'text.clear', keys: ['ctrl+u'], contexts: TYPING, label: 'clear', tooltip: 'Erase everything', group: 'type', footer: 3 },
  {
    id: 'app.escape',
    keys: ['esc'],
    contexts: [...LISTS, ...PANES],
    label: 'back',
    tooltip: 'Back one level; in a list it clears the filter. Never quits',
    group: 'screen',
  },
  { id: 'app.back', keys: ['q', 'h', 'left'], contexts: PANES, label: 'back', tooltip: 'Back one level', group: 'screen', footer: 9 },
  {
    id: 'app.quit',
    keys: ['q'],
    contexts: [...LISTS, 'too-small'],
    label: 'quit',
    tooltip: 'Quit; a daemon that was there before keeps running',
    group: 'screen',
    footer: 9,
  },
  {
    id: 'app.quit-now',
    keys: ['ctrl+c'],
    contexts: CONTEXTS,
    label: 'quit now',
    tooltip: 'Quit at once from anywhere',
    group: 'screen',
  },
  { id: 'app.suspend', keys: ['ctrl+z'], contexts: CONTEXTS, label: 'suspend', tooltip: 'Back to the shell; `fg` returns', group: 'screen' },
  { id: 'app.redraw', keys: ['ctrl+l'], contexts: CONTEXTS, label: 'redraw', tooltip: 'Draw the whole screen anew', group: 'screen' },
];

/** The binding of a key in a context. */
export const bindingFor = (context: Context, key: string): Binding | undefined => LOOKUP.get(`${context} ${key}`);

/** The bindings of a context in table order. */
export const bindingsOf = (context: Context): readonly Binding[] => KEYMAP.filter((binding) => binding.contexts.includes(context));

const LOOKUP: ReadonlyMap<string, Binding> = new Map(
  KEYMAP.flatMap((binding) => binding.contexts.flatMap((context) => binding.keys.map((key) => [`${context} ${key}`, binding] as const))),
);

/** A key as people write it: `Ctrl-D`, `Enter`, `↓`. */
export const keyLabel = (key: string): string => KEY_LABELS[key] ?? (key.startsWith('ctrl+') ? `Ctrl-${key.slice(5).toUpperCase()}` : key);

const KEY_LABELS: { readonly [key: string]: string } = {
  up: '↑',
  down: '↓',
  left: '←',
  right: '→',
  enter: 'Enter',
  esc: 'Esc',
  tab: 'Tab',
  'shift+tab': 'Shift-Tab',
  home: 'Home',
  end: 'End',
  pageup: 'PgUp',
  pagedown: 'PgDn',
  backspace: 'Backspace',
  space: 'Space',
};

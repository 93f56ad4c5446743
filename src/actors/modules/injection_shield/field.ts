import type { FieldKind } from './rule.ts';

/** One piece of text of an event: where it was, and by which rules it is read. */
export type Field = {
  /** `path`, `query.id`, `body.user.name`, `cookie.session`: what evidence and exclusions call it. */
  readonly name: string;
  readonly kind: FieldKind;
  readonly text: string;
  /** Whether `+` is a blank here. */
  readonly plus: 'blank' | 'unknown';
};

/** A field in a place where `+` may be anything. */
export const fieldOf = (name: string, kind: FieldKind, text: string): Field => ({ name, kind, text, plus: 'unknown' });

import type { AlertJson, ApprovalJson, LeaseJson } from '../../protocol/schemas.ts';

/** What a dialog asks about: frozen when it opened. Later news about it only close the way to `y`. */
export type DialogSubject =
  | { readonly kind: 'approve' | 'reject'; readonly approval: ApprovalJson; readonly alert: AlertJson | undefined }
  | { readonly kind: 'undo'; readonly lease: LeaseJson };

/**
 * asking: `y` confirms, everything else is harmless. typing: keys go into the reason. sending: waits for the daemon.
 * over: it can no longer be confirmed, `note` says why.
 */
export type DialogPhase = 'asking' | 'typing' | 'sending' | 'over';

export type Dialog = {
  readonly subject: DialogSubject;
  readonly phase: DialogPhase;
  /** Input counts only once this much time (`DEAD_TIME_MS`) passed since this instant; ignored input moves it on. */
  readonly quietSince: number;
  readonly reason: string;
  readonly scroll: number;
  readonly note: string;
  /** When the daemon was told last that somebody reads this. */
  readonly lookedAt: number;
};

export const DEAD_TIME_MS = 300;
export const MAX_REASON_LENGTH = 300;

/** The id that the daemon is asked about. */
export const subjectId = (subject: DialogSubject): string => (subject.kind === 'undo' ? subject.lease.id : subject.approval.id);

/** A fresh dialog with Cancel in focus and its dead time running. */
export const openDialog = (subject: DialogSubject, now: number): Dialog => ({
  subject,
  phase: 'asking',
  quietSince: now,
  reason: '',
  scroll: 0,
  note: '',
  lookedAt: 0,
});

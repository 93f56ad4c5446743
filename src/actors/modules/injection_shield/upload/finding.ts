import type { Severity } from '../../../../domain/severity.ts';

/** One thing wrong with an uploaded file. */
export type UploadFinding = { readonly name: string; readonly severity: Severity; readonly detail: string; readonly at: number };

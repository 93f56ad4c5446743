import type { z } from 'zod';

type Gate = { readonly [key: string]: unknown };
type Checked = { readonly approvals: Gate; readonly enforcement: { readonly approval_gate: Gate } };

/** The gate has two places for the same keys: one that both set is refused, for whichever won, somebody would have meant the other. */
export const checkGates = (config: Checked, context: z.core.$RefinementCtx): void => {
  for (const [key, value] of Object.entries(config.approvals)) {
    if (value === undefined || config.enforcement.approval_gate[key] === undefined) continue;
    for (const [path, other] of [
      [['approvals', key], `enforcement.approval_gate.${key}`],
      [['enforcement', 'approval_gate', key], `approvals.${key}`],
    ] as const)
      context.addIssue({ code: 'custom', path: [...path], message: `expected in one place only, and ${other} is set as well`, input: config });
  }
};

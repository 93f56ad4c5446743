import type { AppState } from '../state/app-state.ts';
import { recordKey } from '../state/merge.ts';
import { alertByKey } from '../state/selectors.ts';
import { type Line, lineOf, span } from '../text/line.ts';
import { alertFacts, recordFacts } from './alert-facts.ts';
import { approvalFacts } from './approval-facts.ts';
import { type Fact, factLines } from './facts.ts';

/** All lines about one row of the current view, for the pane and for the whole-screen page. */
export const detailLines = (state: AppState, key: string | undefined, width: number): readonly Line[] => {
  const facts = factsOf(state, key);
  return facts === undefined ? [lineOf([span(' nothing selected', 'dim')], width)] : factLines(facts, width);
};

const factsOf = (state: AppState, key: string | undefined): readonly Fact[] | undefined => {
  const { glyphs } = state.settings;
  const { approvals, leases, records } = state.data;
  switch (state.view) {
    case 'alerts': {
      const alert = alertByKey(state, key);
      if (alert === undefined) return undefined;
      const isOurs = (one: { readonly alert_id?: string | undefined }): boolean => one.alert_id === alert.id;
      return alertFacts(alert, { approvals: approvals.filter(isOurs), leases: leases.filter(isOurs) }, glyphs);
    }
    case 'approvals': {
      const approval = approvals.find((one) => one.id === key);
      return approval === undefined ? undefined : approvalFacts(approval, alertByKey(state, approval.alert_id), glyphs);
    }
    case 'history': {
      const record = records.find((one) => recordKey(one) === key);
      return record === undefined ? undefined : recordFacts(record, leases);
    }
    case 'status':
      return undefined;
  }
};

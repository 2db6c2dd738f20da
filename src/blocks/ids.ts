/** Every button and menu: dotted, aggregate first. The same id may stand in many blocks of a message. */
export const ACTION = {
  itemConfirm: 'item.confirm',
  /** Opens a dialog first: it asks what was seen, or for the evidence the item wants. Labelled Confirm too. */
  itemConfirmLine: 'item.confirm_line',
  itemSkip: 'item.skip',
  itemNotApplicable: 'item.na',
  itemFail: 'item.fail',
  itemUndo: 'item.undo',
  itemAccept: 'item.accept',
  /** Re-run, and Run check of a by-click check. */
  itemRerun: 'item.rerun',
  itemDetails: 'item.details',
  groupConfirm: 'group.confirm',
  groupRun: 'group.run',
  phaseOpen: 'phase.open',
  phaseFilterOpen: 'phase.filter.open',
  phaseFilterMine: 'phase.filter.mine',
  phaseFilterRed: 'phase.filter.red',
  phaseFilterAll: 'phase.filter.all',
  phasePrevious: 'phase.page.previous',
  phaseNext: 'phase.page.next',
  gateGo: 'gate.go',
  gateNoGo: 'gate.no_go',
  deploymentResume: 'deployment.resume',
  deploymentDeployed: 'deployment.deployed',
  deploymentUndoDeployed: 'deployment.undo_deployed',
  deploymentRollBack: 'deployment.roll_back',
  deploymentAbort: 'deployment.abort',
  deploymentSignOff: 'deployment.sign_off',
  deploymentReport: 'deployment.report',
  /** The overflow menu of the card; what was chosen is one of `MORE`. */
  deploymentMore: 'deployment.more',
  alertTakeOver: 'alert.take_over',
  alertAcknowledge: 'alert.acknowledge',
  alertRerun: 'alert.rerun',
  alertDetails: 'alert.details',
  /** Selects of the start modal that change what else it asks. */
  startEnvironment: 'start.environment',
  startSystem: 'start.system',
  /** Boxes of the roll back modal that decide whether data is lost. */
  rollBackPlans: 'roll_back.plans',
  /** A button that only opens a link. Slack reports the click; nothing has to be done. */
  openLink: 'link.open',
} as const;

export type ActionId = (typeof ACTION)[keyof typeof ACTION];

/** Values of the card's overflow menu. */
export const MORE = {
  report: 'report',
  variant: 'variant',
  hold: 'hold',
  undoDeployed: 'undo_deployed',
  abort: 'abort',
} as const;

export type MoreChoice = (typeof MORE)[keyof typeof MORE];

/** Callback ids of modals. Those that cannot be submitted have one too, so that they can be found and updated. */
export const VIEW = {
  startDeployment: 'start.submit',
  skipItem: 'item.skip.submit',
  failItem: 'item.fail.submit',
  notApplicable: 'item.na.submit',
  confirmItem: 'item.confirm.submit',
  undoItem: 'item.undo.submit',
  acceptItem: 'item.accept.submit',
  confirmGroup: 'group.confirm.submit',
  noGo: 'gate.no_go.submit',
  deployed: 'deployment.deployed.submit',
  rollBack: 'deployment.roll_back.submit',
  abort: 'deployment.abort.submit',
  signOff: 'deployment.sign_off.submit',
  itemDetails: 'item.details',
  alertDetails: 'alert.details',
  phase: 'phase',
  variant: 'deployment.variant',
  loading: 'loading',
} as const;

export type ViewId = (typeof VIEW)[keyof typeof VIEW];

/** Where an input stands in a submitted view: `values[block][action]`. */
export type InputPlace = { readonly block: string; readonly action: string };

const place = (block: string, action: string): InputPlace => ({ block, action });

/** Every input of every modal. Numbered ones come in groups, because Slack shows at most ten boxes together. */
export const INPUT = {
  reason: place('reason', 'text'),
  /** What was seen, in one line. */
  seen: place('seen', 'text'),
  /** The figure, text or link an item asks for. */
  evidence: place('evidence', 'text'),
  /** Unix seconds; absent: now. */
  deployedAt: place('deployed_at', 'time'),
  /** Unix seconds; absent: not planned. */
  plannedGo: place('planned_go', 'time'),
  environment: place('environment', ACTION.startEnvironment),
  system: place('system', ACTION.startSystem),
  version: place('version', 'text'),
  carryOver: place('carry_over', 'box'),
  targetVersion: place('target_version', 'text'),
  restoreWord: place('restore_word', 'text'),
  role: place('role', 'select'),
  /** People of a role. */
  named: (role: string): InputPlace => place(`named.${role}`, 'people'),
  /** One option of a variant group. */
  variant: (group: string): InputPlace => place(`variant.${group}`, 'select'),
  /** A parameter that is asked and is not a yes or no. */
  parameter: (name: string): InputPlace => place(`parameter.${name}`, 'text'),
  /** Boxes of the parameters that are a yes or no; ticked means yes. */
  toggles: (group: number): InputPlace => place(`toggles.${group}`, 'boxes'),
  /** Boxes of the lines of a group confirmation. */
  lines: (group: number): InputPlace => place(`lines.${group}`, 'boxes'),
  /** Boxes of rollback plans. */
  plans: (group: number): InputPlace => place(`plans.${group}`, ACTION.rollBackPlans),
  /** Boxes of debts to take responsibility for. */
  debts: (group: number): InputPlace => place(`debts.${group}`, 'boxes'),
} as const;

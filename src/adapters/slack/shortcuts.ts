/** Callback ids of the shortcuts, as the app's manifest declares them and Slack sends them back. */
export const SHORTCUTS = {
  /** On a message. */
  addToTimeline: { callbackId: 'countersign_add_to_timeline', name: 'Add to timeline', type: 'message' },
  /** From the shortcuts menu, anywhere. */
  declare: { callbackId: 'countersign_declare', name: 'Declare an incident', type: 'global' },
} as const

export const NOTHING_MISSING = { approvals: 0, fromOwningGroup: 0, text: '' } as const

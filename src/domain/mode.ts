/** From strictest to loosest: observe never proposes, assist runs after approval, act may run tier 1 on its own. */
export const MODES = ['observe', 'assist', 'act'] as const
export type Mode = (typeof MODES)[number]

export function stricterMode(left: Mode, right: Mode): Mode {
  return MODES.indexOf(left) <= MODES.indexOf(right) ? left : right
}

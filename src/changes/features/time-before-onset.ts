import { describeDuration } from '../../kernel/duration.ts'
import type { ChangeEvent } from '../../domain/change-event.ts'
import type { Feature } from '../feature.ts'

// Changes that break something mostly do so within minutes, so the weight falls fast at first and slowly later: +2.3
// at once, 0 after 29 minutes, -2 after two hours, when only slow faults (leaks, filling disks) still come from them.
const AT_ONCE = 4.5
const DECAY_MS = 40 * 60_000
const LONG_AGO = -2.2
// What seems to begin after the symptom can only be the cause if clocks disagree: each second makes that less likely,
// and a minute undoes what being so close speaks for it.
const PER_SECOND_AFTER = -0.05

/** How long the change had been complete when the symptom began; 0 while it was still rolling out. */
export function gapBeforeOnset(change: ChangeEvent, onsetAt: Date): number {
  return Math.max(0, onsetAt.getTime() - (change.finishedAt ?? change.at).getTime())
}

export const timeBeforeOnset: Feature = (change, { symptom }) => {
  const gapMs = gapBeforeOnset(change, symptom.onsetAt)
  const secondsAfter = Math.max(0, change.at.getTime() - symptom.onsetAt.getTime()) / 1000
  const weight = AT_ONCE * Math.exp(-gapMs / DECAY_MS) + LONG_AGO + PER_SECOND_AFTER * secondsAfter
  return { feature: 'time', weight, text: describeGap(change, symptom.onsetAt, gapMs) }
}

function describeGap(change: ChangeEvent, onsetAt: Date, gapMs: number): string {
  const sinceStart = onsetAt.getTime() - change.at.getTime()
  if (sinceStart === 0) return 'It began just as the symptom began.'
  if (sinceStart < 0) return `It began ${describeDuration(-sinceStart)} after the symptom, if the clocks agree.`
  const verb = change.finishedAt === null ? 'happened' : 'was done'
  if (gapMs > 0) return `It ${verb} ${describeDuration(gapMs)} before the symptom began.`
  return `It began ${describeDuration(sinceStart)} before the symptom and was still under way.`
}

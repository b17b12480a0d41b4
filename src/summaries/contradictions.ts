import { clockTime, plural, shortRevision } from './wording.ts'
import { printValue } from '../kernel/print-value.ts'
import type { Evidence } from '../domain/evidence.ts'
import type { IncidentView } from '../domain/incident-view.ts'

/** Pairs of things on record that do not go together. Which of the two is wrong is for people to find out. */
export function contradictions(view: IncidentView, evidence: readonly Evidence[]): readonly string[] {
  return [...ofStates(view), ...ofVersions(view, evidence), ...ofMeasures(evidence)]
}

function ofStates({ id, alerts, state, run }: IncidentView): readonly string[] {
  const isOver = state === 'mitigated' || state === 'resolved'
  const texts = [
    isOver && alerts.firing > 0 ? `${id} is ${state}, and ${stillFire(alerts.firing)}.` : null,
    state === 'open' && alerts.total > 0 && alerts.firing === 0
      ? `${id} is open, and none of its alerts fires any more.`
      : null,
    run?.state === 'succeeded' && run.direction === 'forward' && alerts.firing > 0
      ? `${run.id} succeeded, and ${stillFire(alerts.firing)}.`
      : null,
  ]
  return texts.filter((text) => text !== null)
}

function stillFire(count: number): string {
  return `${plural(count, 'alert')} still ${count === 1 ? 'fires' : 'fire'}`
}

/** A deploy that is said to have succeeded, and another version that runs. After a run of ours that may well be so. */
function ofVersions({ suspects, run }: IncidentView, evidence: readonly Evidence[]): readonly string[] {
  if (run !== null) return []
  return suspects.slice(0, 1).flatMap(({ changeId, service, revision, kind }) => {
    const running = evidence.find(({ kind: of, data }) => of === 'deploy_state' && data['service'] === service)
    const seen = running?.data['revision']
    if (kind !== 'deploy' || revision === null || typeof seen !== 'string' || !areDifferent(seen, revision)) return []
    return [
      `${changeId} brought ${shortRevision(revision)} to ${service}, and ${running?.source ?? ''} says that ${shortRevision(seen)} runs there.`,
    ]
  })
}

const COMMIT = /^[0-9a-f]{7,64}$/i

/** Only commits can be compared: a tag and a commit may mean the same, and one of the two may be cut. */
function areDifferent(left: string, right: string): boolean {
  return COMMIT.test(left) && COMMIT.test(right) && !left.startsWith(right) && !right.startsWith(left)
}

/** An alert and the number that it goes by. */
function ofMeasures(evidence: readonly Evidence[]): readonly string[] {
  return evidence.flatMap((piece) => {
    const measured = measureOf(piece)
    if (measured === undefined) return []
    const alerts = evidence.filter(({ kind, data }) => kind === 'alert' && data['name'] === measured.alert)
    const firing = alerts.reduce((sum, { data }) => sum + Number(data['firing'] ?? 0), 0)
    if (alerts.length === 0 || firing > 0 === measured.isBeyond) return []
    const what = `what it measures is ${printValue(measured.value)} at ${clockTime(piece.at)}`
    return firing > 0
      ? [`${measured.alert} fires, and ${what}; it fires when that is ${measured.limit}.`]
      : [`${measured.alert} is resolved, and ${what}; it fires when that is ${measured.limit}.`]
  })
}

interface Measure {
  readonly alert: string
  readonly limit: string
  readonly value: number
  readonly isBeyond: boolean
}

const COMPARE: Readonly<Record<string, (value: number, limit: number) => boolean>> = {
  '>': (value, limit) => value > limit,
  '>=': (value, limit) => value >= limit,
  '<': (value, limit) => value < limit,
  '<=': (value, limit) => value <= limit,
  '==': (value, limit) => value === limit,
  '!=': (value, limit) => value !== limit,
}

function measureOf({ kind, data }: Evidence): Measure | undefined {
  const { alert, limit, points } = data
  if (kind !== 'metric' || typeof alert !== 'string' || typeof limit !== 'string' || !Array.isArray(points)) return
  const [operator = '', than = ''] = limit.split(' ')
  const last: unknown = points.at(-1)
  const value: unknown = Array.isArray(last) ? last[1] : undefined
  const compare = COMPARE[operator]
  if (compare === undefined || typeof value !== 'number' || than === '') return undefined
  return { alert, limit, value, isBeyond: compare(value, Number(than)) }
}

import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { scoreSuspects } from '../../changes/score-suspects.ts'
import { readChangeCase } from './change-case.ts'
import type { ChangeCase } from './change-case.ts'
import { symptomOfCase } from './symptom-of-case.ts'
import type { Feature } from '../../changes/feature.ts'

const LOOKBACK_MS = 2 * 3_600_000

/** The case folders of `data`, in the order of their names. */
export async function readChangeCases(data: string): Promise<readonly ChangeCase[]> {
  const entries = await readdir(data, { withFileTypes: true })
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name)
  return Promise.all(names.toSorted().map((name) => readChangeCase(join(data, name))))
}

/** What intake would rank, by the same function; changes it does not consider come last, as if it had named none. */
export function rankChanges(one: ChangeCase, features?: readonly Feature[]): readonly string[] {
  const { considered } = scoreSuspects(
    {
      symptom: symptomOfCase(one),
      changes: one.changes,
      past: one.changes,
      judged: new Map(),
      catalog: one.catalog,
      readings: one.readings,
      lookbackMs: LOOKBACK_MS,
    },
    features,
  )
  return considered.map((suspect) => suspect.changeId)
}

const Answers = z.record(z.string(), z.object({ service: z.string() }))

/** Opened for scoring only, after everything is ranked. */
export async function readChangeAnswers(data: string): Promise<ReadonlyMap<string, string>> {
  const answers = Answers.parse(JSON.parse(await readFile(join(data, 'answers.json'), 'utf8')))
  return new Map(Object.entries(answers).map(([id, { service }]) => [id, service]))
}

export function ranksOf(
  rankings: ReadonlyMap<string, readonly string[]>,
  answers: ReadonlyMap<string, string>,
): readonly (number | undefined)[] {
  return [...rankings].map(([id, ranking]) => {
    const index = ranking.indexOf(answers.get(id) ?? '')
    return index < 0 ? undefined : index + 1
  })
}

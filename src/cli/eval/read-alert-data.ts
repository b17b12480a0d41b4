import { resolve } from 'node:path'
import { UsageError } from '../usage-error.ts'
import { readAlertAnswers, readAlertSystems } from './alert-systems.ts'
import type { AlertAnswers, AlertSystem } from './alert-systems.ts'

export interface AlertData {
  readonly systems: readonly AlertSystem[]
  readonly answers: AlertAnswers
}

/** A folder that is not laid out as expected is wrong usage. */
export async function readAlertData(name: string, given: string | undefined): Promise<AlertData> {
  if (given === undefined || given === '') throw new UsageError(`"${name}" needs --data DIR.`)
  const data = resolve(given)
  const read = await Promise.all([readAlertSystems(data), readAlertAnswers(data)]).catch((error: unknown) => {
    throw new UsageError(
      `${data} is not laid out as expected: ${error instanceof Error ? error.message : String(error)}`,
    )
  })
  const [systems, answers] = read
  if (systems.length === 0) throw new UsageError(`${data} holds no file that ends in .cases.jsonl.`)
  return { systems, answers }
}

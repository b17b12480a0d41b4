import { UsageError } from '../usage-error.ts'
import { asLaidOut, dataFolder } from './data-folder.ts'
import { readAlertAnswers, readAlertSystems } from './alert-systems.ts'
import type { AlertAnswers, AlertSystem } from './alert-systems.ts'

export interface AlertData {
  readonly systems: readonly AlertSystem[]
  readonly answers: AlertAnswers
}

export async function readAlertData(name: string, given: string | undefined): Promise<AlertData> {
  const data = dataFolder(name, given)
  const [systems, answers] = await asLaidOut(data, Promise.all([readAlertSystems(data), readAlertAnswers(data)]))
  if (systems.length === 0) throw new UsageError(`${data} holds no file that ends in .cases.jsonl.`)
  return { systems, answers }
}

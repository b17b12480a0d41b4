import { resolve } from 'node:path'
import { UsageError } from '../usage-error.ts'

/** The folder that `--data` names. */
export function dataFolder(command: string, given: string | undefined): string {
  if (given === undefined || given === '') throw new UsageError(`"${command}" needs --data DIR.`)
  return resolve(given)
}

/** A folder that is not laid out as expected is wrong usage. */
export async function asLaidOut<Content>(data: string, reading: Promise<Content>): Promise<Content> {
  return reading.catch((error: unknown) => {
    throw new UsageError(
      `${data} is not laid out as expected: ${error instanceof Error ? error.message : String(error)}`,
    )
  })
}

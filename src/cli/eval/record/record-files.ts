import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { UsageError } from '../../usage-error.ts'
import { RecordHead, RecordedIncident } from './recorded-incident.ts'
import type { IncidentRecord } from './recorded-incident.ts'

const HEAD = 'record.json'
const INCIDENT = /^INC-\d+\.json$/

/** A folder as `writeRecordFiles` writes it: `record.json` and one file for each incident. */
export async function readRecordFiles(folder: string): Promise<IncidentRecord> {
  const read = async (name: string): Promise<unknown> => JSON.parse(await readFile(join(folder, name), 'utf8'))
  const head = RecordHead.parse(await read(HEAD))
  const names = (await readdir(folder)).filter((name) => INCIDENT.test(name)).toSorted()
  const incidents = await Promise.all(names.map(async (name) => RecordedIncident.parse(await read(name))))
  return { head, incidents: incidents.toSorted((left, right) => right.openedAt.getTime() - left.openedAt.getTime()) }
}

/**
 * For whoever replays it elsewhere; only the owner and the group of the files read them. The head comes last, so that what
 * broke off cannot be read as a record, and never beside the incidents of another one, which would be read as its own.
 */
export async function writeRecordFiles(folder: string, { head, incidents }: IncidentRecord): Promise<void> {
  await mkdir(folder, { recursive: true })
  if ((await readdir(folder)).some((name) => name === HEAD || INCIDENT.test(name))) {
    throw new UsageError(`${folder} holds a record already: name another folder, or remove its files.`)
  }
  const write = (name: string, value: unknown) =>
    writeFile(join(folder, name), `${JSON.stringify(value, null, 2)}\n`, { mode: 0o640 })
  for (const incident of incidents) await write(`${incident.id}.json`, incident)
  await write(HEAD, head)
}

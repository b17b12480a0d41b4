import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { readRecordFiles, writeRecordFiles } from '../../../src/cli/eval/record/record-files.ts'
import type { IncidentRecord, RecordedIncident } from '../../../src/cli/eval/record/recorded-incident.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'countersign-record-'))
})
afterEach(() => rm(folder, { recursive: true }))

function recordOf(...ids: readonly string[]): IncidentRecord {
  return { head: { changesLookbackMs: 1, available: [], past: [] }, incidents: ids.map(incidentOf) }
}

function incidentOf(id: string): RecordedIncident {
  const at = new Date('2026-01-01T00:00:00Z')
  return {
    ...{ id, service: 'checkout', environment: null, severity: 'SEV3', onsetAt: at, openedAt: at, judgedAt: at },
    ...{ alerts: [], changes: [], judged: {}, evidence: [] },
    answers: { causes: {}, by: null, shown: null, runs: [] },
  }
}

describe('the files of a record', () => {
  it('are written beside a catalog and read again', async () => {
    await mkdir(join(folder, 'catalog'))
    await writeRecordFiles(folder, recordOf('INC-1'))

    expect(await readRecordFiles(folder)).toEqual(recordOf('INC-1'))
  })

  it('are not mixed with those of another record', async () => {
    await writeRecordFiles(folder, recordOf('INC-1'))
    const again = writeRecordFiles(folder, recordOf('INC-2'))

    await expect(again).rejects.toThrow('holds a record already')
    expect((await readdir(folder)).toSorted()).toEqual(['INC-1.json', 'record.json'])
  })

  it('are no record where the writing broke off', async () => {
    const broken = recordOf('INC-1', 'INC-2/none')

    await expect(writeRecordFiles(folder, broken)).rejects.toThrow('ENOENT')
    await expect(readRecordFiles(folder)).rejects.toThrow('ENOENT')
  })
})

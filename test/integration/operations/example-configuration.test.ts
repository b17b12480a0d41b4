import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from '@jest/globals'
import { removeHome } from '../../support/remove-home.ts'
import { startProcess } from './process.ts'
import type { CountersignProcess } from './process.ts'

const folder = mkdtempSync(join(tmpdir(), 'countersign-example-'))
const data = join(folder, 'data')
let service: CountersignProcess | undefined

afterEach(async () => {
  await service?.end()
  await removeHome(data)
  rmSync(folder, { recursive: true, force: true })
})

describe('docs/examples/countersign.yaml, started as the README prints it', () => {
  it('is ready on a machine with nothing configured, and ends cleanly', async () => {
    const words = ['serve', '--config', 'docs/examples/countersign.yaml']
    // Only where it keeps its data and which port it takes is the test's own.
    service = startProcess(words, { COUNTERSIGN_DATA: data, PORT: '0' })

    const url = await service.ready()
    const ready = await fetch(`${url}/readyz`)
    service.signal('SIGTERM')

    expect(ready.status).toBe(200)
    expect(await service.ended).toBe(0)
    expect(service.output.stderr).toBe('')
    expect(service.lines().filter(({ level }) => level === 'error')).toEqual([])
  })
})

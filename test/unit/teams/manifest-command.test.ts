import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { APP_ID } from '../../fakes/teams/activities.ts'
import { manifestTeamsCommand } from '../../../src/cli/manifest-teams.ts'
import { unzipSync } from 'fflate'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'manifest-'))
})
afterAll(() => rm(folder, { recursive: true }))

const URL_GIVEN = ['--url', 'https://countersign.example.com']
async function run(args: readonly string[], variables: Record<string, string> = {}): Promise<string> {
  const lines: string[] = []
  const print = (line: string) => void lines.push(line)
  const context = { variables, print, printError: print, signal: new AbortController().signal }
  expect(await manifestTeamsCommand.run(args, context)).toBe(0)
  return lines.join('\n')
}

describe('manifest teams', () => {
  it('writes the package and says where', async () => {
    const out = join(folder, 'app.zip')

    const said = await run([...URL_GIVEN, '--app-id', APP_ID, '--app-version', '1.4.2', '--out', out])

    expect(said).toContain(out)
    const manifest = JSON.parse(new TextDecoder().decode(unzipSync(await readFile(out))['manifest.json'])) as object
    expect(manifest).toMatchObject({ id: APP_ID, version: '1.4.2' })
  })

  it('prints the manifest, of the bot that the environment names', async () => {
    expect(JSON.parse(await run([...URL_GIVEN, '--json'], { MicrosoftAppId: APP_ID }))).toMatchObject({ id: APP_ID })
  })

  it.each([
    [['--app-id', APP_ID], '--url'],
    [['--url', 'http://countersign.example.com', '--app-id', APP_ID], '--url'],
    [URL_GIVEN, '--app-id'],
    [[...URL_GIVEN, '--app-id', 'x'], '--app-id'],
    [[...URL_GIVEN, '--app-id', APP_ID, '--app-version', 'newest'], '--app-version'],
    [[...URL_GIVEN, '--app-id', APP_ID, '--out', 'app.tar'], '--out'],
    [[...URL_GIVEN, '--app-id', APP_ID, '--out', '/nowhere/at/all/app.zip'], 'cannot be written'],
    [[...URL_GIVEN, '--app-id', APP_ID, 'more'], 'more'],
  ])('says what is wrong with %j', async (args, hint) => {
    await expect(run(args)).rejects.toThrow(hint)
  })
})

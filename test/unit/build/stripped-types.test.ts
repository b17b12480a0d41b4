import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'

const run = promisify(execFile)
const REPOSITORY = fileURLToPath(new URL('../../..', import.meta.url))
const SCRIPTS = ['strip-types.mjs', 'stripped-source.mjs', 'use-stripped.mjs']
/** Says at the end whether Node loaded its compiler of types. */
const PROBE = `process.on('exit', () => console.log(process.moduleLoadList.some((name) => name.includes('amaro')) ? 'compiled' : 'lean'))`

/** A program of two files in a folder of its own, with the scripts beside it as in the repository. */
let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'countersign-stripped-'))
  for (const name of ['scripts', 'src']) mkdirSync(join(folder, name))
  for (const name of SCRIPTS) cpSync(join(REPOSITORY, 'scripts', name), join(folder, 'scripts', name))
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  writeFileSync(join(folder, 'probe.mjs'), PROBE)
  writeFileSync(
    join(folder, 'src', 'main.ts'),
    `import { word } from './word.ts'\nconst said: string = word\nconsole.log(said)\n`,
  )
  writeWord('first')
})

afterEach(() => {
  rmSync(folder, { recursive: true, force: true })
})

describe('types stripped at installation', () => {
  it('leaves the compiler out of the service, which without them loads it', async () => {
    await strip()
    expect(await start()).toBe('first lean')
    rmSync(join(folder, 'node_modules'), { recursive: true })
    expect(await start()).toBe('first compiled')
  })

  it('runs the source as it lies there, not as it was', async () => {
    await strip()
    writeWord('second')
    expect(await start()).toBe('second compiled')
    await strip()
    expect(await start()).toBe('second lean')
    expect(readdirSync(join(folder, 'node_modules', '.countersign', 'stripped'))).toHaveLength(2)
  })

  it('may be done by two at once', async () => {
    await Promise.all([strip(), strip(), strip()])
    expect(await start()).toBe('first lean')
  })
})

function writeWord(word: string): void {
  writeFileSync(join(folder, 'src', 'word.ts'), `export const word: string = '${word}'\n`)
}

async function strip(): Promise<void> {
  await run(process.execPath, ['scripts/strip-types.mjs'], { cwd: folder, env: {} })
}

async function start(): Promise<string> {
  const args = ['--import', './scripts/use-stripped.mjs', '--import', './probe.mjs', 'src/main.ts']
  const { stdout } = await run(process.execPath, args, { cwd: folder, env: {} })
  return stdout.trim().replaceAll('\n', ' ')
}

import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { spawnSync } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { lendToAwsSdk } from '../../../src/cli/demo/lend-to-aws-sdk.ts'
import { makeDemoFolder } from '../../../src/cli/demo/demo-folder.ts'

describe('the folder of a demo', () => {
  let home: string
  let parent: string
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'countersign-demo-folder-'))
    parent = join(home, 'data')
  })
  afterEach(() => rmSync(home, { recursive: true, force: true }))

  function leaveBehind(name: string, pid: number): string {
    const folder = join(parent, name)
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, 'owner.pid'), String(pid))
    return folder
  }

  it('goes with all that is in it, and with the folder around it when that is empty', async () => {
    const folder = await makeDemoFolder(parent)
    mkdirSync(folder.data)
    writeFileSync(join(folder.data, 'file'), 'text')

    await folder.remove()

    expect(existsSync(parent)).toBe(false)
  })

  it('leaves alone what is not a demo’s', async () => {
    mkdirSync(parent)
    writeFileSync(join(parent, 'postgres.json'), '{}')
    const folder = await makeDemoFolder(parent)

    await folder.remove()

    expect(existsSync(join(parent, 'postgres.json'))).toBe(true)
  })

  it('takes away what a dead demo has left, and nothing of a living one', async () => {
    const { pid: dead } = spawnSync(process.execPath, ['--version'])
    const left = leaveBehind('demo-dead', dead)
    const living = leaveBehind('demo-living', process.pid)

    const folder = await makeDemoFolder(parent)

    expect(existsSync(left)).toBe(false)
    expect(existsSync(living)).toBe(true)
    expect(existsSync(folder.path)).toBe(true)
  })
})

describe('the environment of the AWS SDK during a demo', () => {
  it('leads to the sandbox and nowhere else, and is as before afterwards', () => {
    const names = ['AWS_PROFILE', 'AWS_REGION', 'AWS_ACCESS_KEY_ID']
    const before = names.map((name) => process.env[name])
    process.env['AWS_PROFILE'] = 'production'
    process.env['AWS_REGION'] = 'eu-central-1'

    const giveBack = lendToAwsSdk({ AWS_REGION: 'eu-sandbox-1', AWS_ACCESS_KEY_ID: 'AKIASANDBOX', OTHER: 'not ours' })
    const during = [...names, 'OTHER'].map((name) => process.env[name])
    giveBack()
    const after = names.map((name) => process.env[name])

    expect(during).toEqual([undefined, 'eu-sandbox-1', 'AKIASANDBOX', undefined])
    expect(after).toEqual(['production', 'eu-central-1', before[2]])
    names.forEach((name, index) => {
      const value = before[index]
      if (value === undefined) Reflect.deleteProperty(process.env, name)
      else process.env[name] = value
    })
  })
})

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach } from '@jest/globals'
import { ConfigurationError } from '../../../src/kernel/errors.ts'
import { loadConfig } from '../../../src/config/load-config.ts'
import type { Config } from '../../../src/config/config.ts'
import type { Problem } from '../../../src/kernel/errors.ts'

const folders: string[] = []
afterEach(async () => {
  await Promise.all(folders.splice(0).map((folder) => rm(folder, { recursive: true, force: true })))
})

/** A folder with these files, which is gone after the test. */
export async function makeFolder(files: Readonly<Record<string, string>> = {}): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'countersign-config-'))
  folders.push(folder)
  for (const [name, text] of Object.entries(files)) await addFile(folder, name, text)
  return folder
}

export async function addFile(folder: string, name: string, text: string): Promise<void> {
  await mkdir(dirname(join(folder, name)), { recursive: true })
  await writeFile(join(folder, name), text)
}

const POLICY = `@id("all") @says("a test allows all")
permit (principal, action, resource);
`
const PEOPLE = `people:
  - { id: ana@bank.example, name: Ana Ruiz, groups: [team-shop], roles: [responder, approver] }
`
const COMPONENT = `apiVersion: backstage.io/v1alpha1
kind: Component
metadata: { name: checkout }
spec: { owner: team-shop }
`
export const PLAYBOOK = `apiVersion: countersign.dev/v1
kind: Playbook
metadata: { name: tell-channel, title: Tell the channel, owner: platform-team }
spec:
  risk: { reversible: true, blastRadius: service }
  steps:
    - { id: tell, uses: chat/post, with: { text: 'hello' } }
`

/** An installation without a mistake. */
export const SOUND = {
  'countersign.yaml': 'mode: assist\n',
  'people.yaml': PEOPLE,
  'catalog/shop.yaml': COMPONENT,
  'playbooks/tell.yaml': PLAYBOOK,
  'policies/all.cedar': POLICY,
} as const

type Variables = Readonly<Record<string, string>>

export function load(folder: string, variables: Variables = {}, configPath?: string): Promise<Config> {
  return loadConfig({ variables, workingFolder: folder, configPath })
}

/** What is wrong with it, the paths relative to the folder; empty when nothing is. */
export async function mistakesIn(folder: string, variables: Variables = {}, configPath?: string) {
  const problems = await problemsOf(() => load(folder, variables, configPath))
  return problems.map(({ file, at, found, expected }) => {
    const place = [file.replace(`${folder}/`, ''), at].filter((part) => part !== '').join(':')
    return `${place}: found ${found}; expected ${expected}`.replaceAll(folder, '.')
  })
}

async function problemsOf(work: () => Promise<Config>): Promise<readonly Problem[]> {
  try {
    await work()
    return []
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems
    throw error
  }
}

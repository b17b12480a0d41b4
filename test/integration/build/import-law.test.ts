import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'

const repository = fileURLToPath(new URL('../../..', import.meta.url))
const leaf = 'export const leaf = 1\n'
const typeImport = (from: string) => `import type { leaf } from '${from}'\nexport type Seen = typeof leaf\n`

const lawful: Readonly<Record<string, string>> = {
  'src/kernel/leaf.ts': leaf,
  'src/domain/leaf.ts': "export { leaf } from '../kernel/leaf.ts'\n",
  'src/triage/leaf.ts': "export { leaf } from '../domain/leaf.ts'\n",
  'src/orchestrator/index.ts': "export { leaf } from '../triage/leaf.ts'\n",
  'src/orchestrator/leaf.ts': leaf,
  'src/store/leaf.ts': leaf,
  'src/sandbox/leaf.ts': leaf,
  'src/adapters/teams/leaf.ts': leaf,
  'src/adapters/http/server.ts': "import fastify from 'fastify'\nexport const server = fastify\n",
  'src/adapters/slack/app.ts': "export { server } from '../http/server.ts'\n",
  'src/adapters/console/app.ts': "export { leaf } from '../../orchestrator/index.ts'\n",
  'src/cli/demo.ts': "export { leaf } from '../sandbox/leaf.ts'\n",
}

// dependency-cruiser names a circle once, so only one of the two files that make it is asked about.
const otherHalf = { 'src/domain/self.ts': typeImport('./other.ts') }

/** What breaks the law, in words; the file; its text; the one rule that must name it. */
const unlawful: readonly (readonly [string, string, string, string])[] = [
  ['an inner room that looks up', 'src/domain/up.ts', typeImport('../triage/leaf.ts'), 'domain-looks-inwards'],
  [
    'a judging room that looks at its sibling',
    'src/policy/p.ts',
    typeImport('../triage/leaf.ts'),
    'policy-looks-inwards',
  ],
  [
    'an adapter that knows the store',
    'src/adapters/slack/a.ts',
    typeImport('../../store/leaf.ts'),
    'adapters-looks-inwards',
  ],
  [
    'an adapter that goes round the door',
    'src/adapters/slack/b.ts',
    typeImport('../../orchestrator/leaf.ts'),
    'orchestrator-has-one-door',
  ],
  ['two vendors that meet', 'src/adapters/slack/c.ts', typeImport('../teams/leaf.ts'), 'two-vendors-never-meet'],
  [
    'a command that knows the sandbox',
    'src/cli/serve.ts',
    typeImport('../sandbox/leaf.ts'),
    'only-the-demo-knows-the-sandbox',
  ],
  ['a room nobody declared', 'src/attic/x.ts', typeImport('../kernel/leaf.ts'), 'no-unknown-room'],
  ['an import that leads nowhere', 'src/domain/n.ts', typeImport('./absent.ts'), 'resolves'],
  ['a circle of types', 'src/domain/other.ts', "export type { Seen as leaf } from './self.ts'\n", 'no-circles'],
  [
    'a test tool in the product',
    'src/domain/t.ts',
    "export { assert } from 'fast-check'\n",
    'no-test-tools-in-the-product',
  ],
  ['fastify away from home', 'src/store/f.ts', "export { fastify } from 'fastify'\n", 'fastify-has-one-home'],
  ['pg away from home', 'src/executor/pg.ts', "export { Pool } from 'pg'\n", 'pg-has-one-home'],
  ['pg-boss away from home', 'src/executor/b.ts', "export { PgBoss } from 'pg-boss'\n", 'pg-boss-has-one-home'],
  ['bolt away from home', 'src/adapters/teams/b.ts', "export { App } from '@slack/bolt'\n", 'slack-has-one-home'],
  [
    'Cedar away from home',
    'src/executor/c.ts',
    "export { isAuthorized } from '@cedar-policy/cedar-wasm/nodejs'\n",
    'cedar-policy-has-one-home',
  ],
  [
    'the AWS SDK away from home',
    'src/connectors/argocd/l.ts',
    "export type { LambdaClient } from '@aws-sdk/client-lambda'\n",
    'aws-sdk-has-one-home',
  ],
]

interface Violation {
  readonly from: string
  readonly rule: { readonly name: string }
}

let house = ''
let violations: readonly Violation[] = []

function cruise(): readonly Violation[] {
  const program = join(repository, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs')
  const args = [program, '--config', '.dependency-cruiser.mjs', '--output-type', 'json', 'src']
  const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: house, encoding: 'utf8', env: { PATH: '' } })
  if (stdout === '') throw new Error(`dependency-cruiser said: ${stderr}`)
  return (JSON.parse(stdout) as { summary: { violations: Violation[] } }).summary.violations
}

// One small house holds every case, since the cruise takes longer than building it.
beforeAll(() => {
  house = mkdtempSync(join(tmpdir(), 'import-law-'))
  symlinkSync(join(repository, 'node_modules'), join(house, 'node_modules'))
  for (const name of ['.dependency-cruiser.mjs', 'package.json', 'tsconfig.json']) {
    writeFileSync(join(house, name), readFileSync(join(repository, name)))
  }
  const broken = Object.fromEntries(unlawful.map(([, path, text]) => [path, text]))
  for (const [path, text] of Object.entries({ ...lawful, ...otherHalf, ...broken })) {
    mkdirSync(dirname(join(house, path)), { recursive: true })
    writeFileSync(join(house, path), text)
  }
  violations = cruise()
})

afterAll(() => {
  rmSync(house, { recursive: true, force: true })
})

describe('the import law', () => {
  it.each(unlawful)('names %s', (_what, path, _text, rule) => {
    const named = violations.filter(({ from }) => from === path).map((violation) => violation.rule.name)

    expect([...new Set(named)]).toEqual([rule])
  })

  it.each(Object.keys(lawful))('has nothing against %s', (path) => {
    expect(violations.filter(({ from }) => from === path)).toEqual([])
  })
})

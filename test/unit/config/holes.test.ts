import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { INSTALLATION, personPrincipal, servicePrincipal } from '../../../src/orchestrator/authorization-subjects.ts'
import { VERBS } from '../../../src/domain/verb.ts'
import { createPolicyEngine } from '../../../src/policy/cedar-engine.ts'
import { SOUND, load, makeFolder, mistakesIn } from './config-folder.ts'
import type { AuthorizedAction } from '../../../src/domain/verb.ts'
import type { Principal } from '../../../src/domain/authorization.ts'

const NOBODY_APPROVES = 'people:\n  - { id: ana@bank.example, name: Ana, roles: [responder] }\n'

/** TRUST T23: what would leave nobody, or anybody, to approve. Each hole, what is said of it, and how it is mended. */
const HOLES = [
  {
    hole: 'no policies folder',
    open: (folder: string) => rm(join(folder, 'policies'), { recursive: true }),
    said: 'policies/*.cedar: found no policy; expected at least one Cedar policy in mode',
  },
  {
    hole: 'a policies folder without a policy',
    open: (folder: string) => rm(join(folder, 'policies', 'all.cedar')),
    said: 'policies/*.cedar: found no policy; expected at least one Cedar policy in mode',
  },
  {
    hole: 'a policy file without a policy in it',
    open: (folder: string) => writeFile(join(folder, 'policies', 'all.cedar'), '// nothing yet\n'),
    said: 'found no policy; expected at least one',
  },
  {
    hole: 'no people file',
    open: (folder: string) => rm(join(folder, 'people.yaml')),
    said: 'people.yaml: found no people; expected the people who may use it',
  },
  {
    hole: 'an empty people file',
    open: (folder: string) => writeFile(join(folder, 'people.yaml'), ''),
    said: 'people.yaml: found no people; expected the people who may use it',
  },
  {
    hole: 'an empty list of people',
    open: (folder: string) => writeFile(join(folder, 'people.yaml'), 'people:\n'),
    said: 'people.yaml: found no people; expected the people who may use it',
  },
  {
    hole: 'nobody who can approve',
    open: (folder: string) => writeFile(join(folder, 'people.yaml'), NOBODY_APPROVES),
    said: 'people.yaml: found nobody with the role approver; expected at least one approver',
  },
] as const

describe.each(['assist', 'act'])('in mode %s', (mode) => {
  it.each(HOLES)('$hole is refused, and the mended folder starts', async ({ open, said }) => {
    const folder = await makeFolder({ ...SOUND, 'countersign.yaml': `mode: ${mode}\n` })

    await open(folder)
    const refused = await mistakesIn(folder)
    await rm(folder, { recursive: true })
    const mended = await mistakesIn(await makeFolder({ ...SOUND, 'countersign.yaml': `mode: ${mode}\n` }))

    expect(refused).toEqual([expect.stringContaining(said)])
    expect(mended).toEqual([])
  })
})

describe('in mode observe', () => {
  it.each(HOLES.filter(({ hole }) => hole !== 'a policy file without a policy in it'))(
    '$hole is a warning, and the service starts',
    async ({ open, said }) => {
      const folder = await makeFolder({ ...SOUND, 'countersign.yaml': 'mode: observe\n' })

      await open(folder)

      const { warnings } = await load(folder)
      expect(warnings).toHaveLength(1)
      expect(warnings[0]).toContain(said.split('; expected')[0]?.replace(/^[^:]*: /, ''))
      expect(warnings[0]).toContain('needed before the mode can be assist')
    },
  )

  it('mistakes within the files are refused all the same', async () => {
    const folder = await makeFolder({ ...SOUND, 'countersign.yaml': 'mode: observe\n', 'people.yaml': 'persons: []\n' })

    expect(await mistakesIn(folder)).toEqual([
      'people.yaml:1:1: found the unknown key "persons"; expected only keys that are documented',
    ])
  })
})

describe('in mode observe without policies', () => {
  it('sources may hand in, the API token may look, and no person may do anything, an approver included', async () => {
    const folder = await makeFolder({ ...SOUND, 'countersign.yaml': 'mode: observe\n' })
    await rm(join(folder, 'policies'), { recursive: true })

    const { authorize } = createPolicyEngine((await load(folder)).policies)
    const verdictOf = (principal: Principal, action: AuthorizedAction) =>
      authorize({ principal, action, resource: INSTALLATION, context: {} }).verdict

    expect(verdictOf(servicePrincipal('alertmanager'), 'ingest')).toBe('allow')
    expect(verdictOf(servicePrincipal('api'), 'list')).toBe('allow')
    expect(verdictOf(servicePrincipal('cli'), 'freeze')).toBe('allow')
    const [ana] = (await load(folder)).people.map(personPrincipal)
    expect(ana?.roles).toContain('approver')
    expect(VERBS.filter((verb) => verdictOf(ana!, verb) === 'allow')).toEqual([])
    expect(verdictOf(servicePrincipal('countersign'), 'execute')).toBe('forbid')
  })
})

describe('the policy engine', () => {
  it('is never built without a policy: nothing stands in for a missing one', () => {
    expect(() => createPolicyEngine([])).toThrow('no policy')
  })
})

describe('settings that this version does not act on yet', () => {
  it('are named, and are no mistake', async () => {
    const text =
      'slack: { channel: C1, channelPerIncident: SEV2 }\nteams: { channel: "19:a@thread.tacv2" }\npagerduty: { mirror: true }\n'
    const folder = await makeFolder({ ...SOUND, 'countersign.yaml': text })

    const { unserved } = await load(folder)

    expect(unserved.map((setting) => setting.split(':')[0])).toEqual(['pagerduty.mirror'])
  })
})

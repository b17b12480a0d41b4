import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { openInstallation } from './installation.ts'
import { startProcess } from './process.ts'
import type { CountersignProcess } from './process.ts'
import type { Installation } from './installation.ts'

const NO_APPROVER = 'people:\n  - { id: ria@bank.example, name: Ria, roles: [responder] }\n'
const OWN_POLICIES = 'policies: ./policies'

/** TRUST T23 with real starts. Each hole: the files that have it, and what the process says of it. */
const HOLES = [
  { hole: 'no policies folder', files: {}, said: 'found no policy; expected at least one Cedar policy' },
  {
    hole: 'an empty policy file',
    files: { 'policies/all.cedar': '' },
    said: 'found no policy; expected at least one',
  },
  {
    hole: 'a policy that cannot be parsed',
    files: { 'policies/all.cedar': 'permit (principal, action, resource) when { true;' },
    said: 'expected valid Cedar',
  },
  {
    hole: 'a policy that lets everybody do everything, without a reason',
    files: { 'policies/all.cedar': 'permit (principal, action, resource);\n' },
    said: 'found a policy without @id or @says',
  },
] as const

let open: { close(): Promise<void> }[] = []
beforeEach(() => {
  open = []
})
afterEach(async () => {
  for (const one of open.reverse()) await one.close()
})

describe.each(['assist', 'act'])('serve in mode %s', (mode) => {
  it.each(HOLES)('does not start with $hole', async ({ files, said }) => {
    const service = await start(`mode: ${mode}`, files)

    expect(await service.ended).toBe(2)
    expect(service.output.stderr).toContain(said)
    expect(service.output.stdout).not.toContain('Countersign is ready')
  })

  it.each([
    ['nobody', 'people: []\n', 'found no people'],
    ['nobody who may approve', NO_APPROVER, 'found nobody with the role approver'],
  ])('does not start with %s in people.yaml', async (_hole, people, said) => {
    const service = await start(`mode: ${mode}`, { 'people.yaml': people }, null)

    expect(await service.ended).toBe(2)
    expect(service.output.stderr).toContain(said)
  })
})

it('starts in observe without policies, where no person may do anything (the twin)', async () => {
  const service = await start('mode: observe', {})

  expect(await service.ready()).toContain('http://')
})

it('starts with its connectors off or out of reach: that takes away actions, and opens nothing', async () => {
  const away = 'http://127.0.0.1:9'
  const variables = {
    ARGOCD_SERVER: away,
    ARGOCD_AUTH_TOKEN: 'none',
    PAGERDUTY_API_TOKEN: 'none',
    PAGERDUTY_FROM: 'ops@bank.example',
    PAGERDUTY_API_URL: away,
  }
  const service = await start('mode: assist', {}, null, variables)

  const url = await service.ready()
  const page = await fetch(`${url}/api/v1/incidents`)
  expect(page.status).toBe(401)
})

async function start(
  mode: string,
  files: Readonly<Record<string, string>>,
  policies: string | null = OWN_POLICIES,
  variables: Readonly<Record<string, string>> = {},
): Promise<CountersignProcess> {
  const own = policies === null ? {} : { 'countersign.yaml': `${policies}\n${mode}\n` }
  const installation: Installation = await openInstallation({
    settings: mode,
    files: { ...own, ...files },
    variables,
  })
  open.push(installation)
  const service = startProcess(['serve'], installation.variables)
  open.push({ close: () => service.end() })
  return service
}

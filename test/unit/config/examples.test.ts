import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from '@jest/globals'
import { ConfigurationFile } from '../../../src/config/configuration-file.ts'
import { loadConfig } from '../../../src/config/load-config.ts'

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))
const load = () => loadConfig({ variables: {}, configPath: 'docs/examples/countersign.yaml', workingFolder: ROOT })

describe('the example configuration', () => {
  it('has no mistake and no gap', async () => {
    const config = await load()

    expect(config.warnings).toEqual([])
    expect(config.unserved).toEqual([])
    expect([...config.catalog.services.keys()].sort()).toEqual(['checkout', 'payments', 'shop', 'storefront'])
    expect(config.playbooks.length).toBeGreaterThan(0)
    expect(config.people.filter(({ roles }) => roles.includes('approver')).length).toBeGreaterThanOrEqual(3)
  })

  it('shows the defaults where it says that it does', async () => {
    const { settings } = await load()
    const defaults = ConfigurationFile.parse({})

    for (const name of [
      'mode',
      'mapping',
      'grouping',
      'changes',
      'approvals',
      'execution',
      'intake',
      'catalog',
      'people',
    ] as const) {
      expect({ [name]: settings[name] }).toEqual({ [name]: defaults[name] })
    }
  })

  it('shows every section that acts, so that nobody has to read the source', async () => {
    const { settings } = await load()
    const text = readFileSync(`${ROOT}/docs/examples/countersign.yaml`, 'utf8')
    const notYet = ['teams', 'pagerduty']

    for (const name of Object.keys(ConfigurationFile.shape).filter((each) => !notYet.includes(each))) {
      expect(text).toMatch(new RegExp(`^(# )?${name}:`, 'm'))
    }
    expect(settings.slack?.routes).toHaveLength(2)
  })
})

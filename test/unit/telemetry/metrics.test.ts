import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from '@jest/globals'
import { COUNTERS, HISTOGRAMS } from '../../../src/ports/telemetry.ts'
import { createMetrics } from '../../../src/telemetry/metrics.ts'

const SOURCE = fileURLToPath(new URL('../../../src', import.meta.url))

describe('what Prometheus reads', () => {
  it('is named countersign_ and described, every metric of it', async () => {
    const metrics = createMetrics()
    const { text } = await metrics.render()

    const names = [...text.matchAll(/^# TYPE (\S+) /gm)].map((match) => match[1])
    const helps = [...text.matchAll(/^# HELP (\S+) (.+)$/gm)].map((match) => match[1])
    expect(names.length).toBeGreaterThan(COUNTERS.length + HISTOGRAMS.length)
    expect(names.filter((name) => name?.startsWith('countersign_') !== true)).toEqual([])
    expect(helps).toEqual(names)
    for (const name of COUNTERS) expect(names).toContain(`countersign_${name}_total`)
    for (const name of HISTOGRAMS) expect(names).toContain(`countersign_${name}_seconds`)
  })

  it('carries the labels that are declared, and a label that is not never breaks the work that counts', async () => {
    const metrics = createMetrics()

    metrics.count('alerts_received', { source: 'alertmanager', fingerprint: 'text from outside' }, 3)

    expect((await metrics.render()).text).toContain('countersign_alerts_received_total{source="alertmanager"} 3')
  })

  it('still tells the rest when a gauge cannot be read', async () => {
    const metrics = createMetrics()
    metrics.addGauge({ name: 'broken', help: 'Broken.', read: () => Promise.reject(new Error('database away')) })
    metrics.addGauge({ name: 'whole', help: 'Whole.', read: async () => 7 })

    const { text } = await metrics.render()

    expect(text).toMatch(/^countersign_broken (?:NaN|Nan)$/m)
    expect(text).toMatch(/^countersign_whole 7$/m)
  })
})

/** What the rooms count with, as written: `count('name', { label: …, label })`. */
function countedLabels(): readonly (readonly [name: string, labels: readonly string[]])[] {
  const files = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'))
  const calls = files.flatMap((file) => [
    ...readFileSync(join(SOURCE, file), 'utf8').matchAll(/(?:count|observeSeconds)\(\s*'(\w+)',\s*\{([^}]*)\}/g),
  ])
  return calls.map(([, name = '', labels = '']) => {
    const names = labels.split(',').map((label) => label.split(':')[0]?.trim() ?? '')
    return [name, names.filter((label) => label !== '')] as const
  })
}

describe('what the rooms count', () => {
  it.each(countedLabels().filter(([, labels]) => labels.length > 0))(
    '%s arrives with its labels %j',
    async (name, labels) => {
      const metrics = createMetrics()
      const values = Object.fromEntries(labels.map((label) => [label, `value-of-${label}`]))

      if (COUNTERS.some((counter) => counter === name)) metrics.count(name as (typeof COUNTERS)[number], values)
      else metrics.observeSeconds(name as (typeof HISTOGRAMS)[number], values, 1)

      const { text } = await metrics.render()
      const line = text
        .split('\n')
        .find((each) => each.startsWith(`countersign_${name}_`) && each.includes('value-of-'))
      for (const label of labels) expect(line).toContain(`${label}="value-of-${label}"`)
    },
  )
})

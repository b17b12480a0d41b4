import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { format, resolveConfig } from 'prettier'
import { BUTTON_STATES, PRESS_CASES } from './press-cases.ts'
import { OUTCOMES, PARITY_CASES, UNKNOWN_VERBS } from './parity-cases.ts'
import { VERBS } from '../../../src/domain/verb.ts'
import { clearGround } from './grounds.ts'
import { describeReply, withoutMoment } from './replies-alike.ts'
import { openConsoleDriver } from './open-console-driver.ts'
import { CY, openParityWorld } from './parity-world.ts'
import { openTeamsDriver } from './open-teams-driver.ts'
import { openSlackDriver } from './open-slack-driver.ts'
import { renderParity, renderTable } from './render-parity.ts'
import { withoutLayout } from './surface-driver.ts'
import type { Answered, SurfaceDriver } from './surface-driver.ts'
import type { Arrange, Ground } from './grounds.ts'
import type { ButtonResult, ParityResult, PressResult } from './render-parity.ts'
import type { Outcome, ParityCase } from './parity-cases.ts'
import type { ParityWorld } from './parity-world.ts'

const PAGE = fileURLToPath(new URL('../../../docs/parity.md', import.meta.url))
const IS_WRITING = process.env['COUNTERSIGN_WRITE_PARITY'] === '1'

let parity: ParityWorld
let drivers: readonly SurfaceDriver[]
const results: ParityResult[] = []
const presses: PressResult[] = []
const buttons: ButtonResult[] = []

beforeAll(async () => {
  parity = await openParityWorld()
  const { deps } = parity
  drivers = [await openSlackDriver(deps), await openTeamsDriver(deps), await openConsoleDriver(deps)]
})
afterAll(async () => {
  for (const driver of drivers) await driver.close()
  await parity.world.close()
})
beforeEach(() => clearGround(parity))

/** On each surface in turn, from the same ground. */
async function onEach<Result>(
  arrange: Arrange,
  work: (driver: SurfaceDriver, ground: Ground) => Promise<Result>,
): Promise<readonly Result[]> {
  const each: Result[] = []
  for (const driver of drivers) {
    await clearGround(parity)
    each.push(await work(driver, await arrange(parity)))
  }
  return each
}

function inWords(says: string, ground: Ground): string {
  return says.replace(/\{([ihpr])\}/g, (_whole, name: keyof Ground) => ground[name] ?? '')
}

/** One answer everywhere, and all of it reached the asker. */
function expectSame(answers: readonly Answered[], code: string): Answered {
  const [first, ...others] = answers
  if (first === undefined) throw new Error('There are no surfaces.')
  expect({ code: first.reply.code, text: first.reply.text }).toMatchObject({ code })
  for (const other of others) expect(describeReply(other.reply)).toBe(describeReply(first.reply))
  for (const { reply, words } of answers) {
    expect(words).toContain(withoutLayout(reply.text))
    for (const row of reply.rows) expect(words).toContain(withoutLayout(`${row.label} ${row.text}`).slice(0, 300))
    if (reply.preformatted !== null) expect(words).toContain(withoutLayout(reply.preformatted))
    expect(withoutLayout(reply.text)).toMatch(/[.:?]$|[0-9a-f]{8}$/)
  }
  return first
}

async function tryCase(verb: string, outcome: Outcome, one: ParityCase): Promise<void> {
  const answers = await onEach(one.ground, (driver, ground) => driver.say(one.by, inWords(one.says, ground)))
  const { reply } = expectSame(answers, one.code)
  const says = withoutMoment(
    one.says.replaceAll('{i}', 'INC-1').replaceAll('{p}', 'PRO-1').replaceAll('{h}', 'abcdef01'),
  )
  const text = withoutMoment(reply.text)
  const forms = drivers.filter((_driver, index) => answers[index]?.offersForm === true).map(({ name }) => name)
  results.push({ verb, outcome, says, code: reply.code, text, surfaces: drivers.map(({ name }) => name), forms })
}

describe('every verb is answered the same on every surface', () => {
  it.each(VERBS)('%s', async (verb) => {
    for (const outcome of OUTCOMES) {
      const one = PARITY_CASES[verb][outcome]
      if (one !== undefined) await tryCase(verb, outcome, one)
    }
  })

  it('and so are words that are no verbs', async () => {
    for (const one of UNKNOWN_VERBS) await tryCase('', 'usage', one)
  })
})

describe('every button', () => {
  it('is answered the same on every surface', async () => {
    for (const { ground, label, by, words, code } of PRESS_CASES) {
      const answers = await onEach(ground, (driver, { i }) => driver.press(by, i, label, words))
      const { reply } = expectSame(answers, code)
      const roles = by.roles.includes('approver') ? 'an approver' : 'a responder'
      const text = withoutMoment(reply.text)
      presses.push({ label, by: roles, code: reply.code, text, surfaces: drivers.map(({ name }) => name) })
    }
  })

  it('is there on every surface when it is there on one', async () => {
    for (const { state, ground } of BUTTON_STATES) {
      const each = await onEach(ground, async (driver, { i }) => [...(await driver.buttons(CY, i))].sort())
      for (const labels of each) expect({ state, labels }).toEqual({ state, labels: each[0] })
      buttons.push({ state, labels: each[0] ?? [], surfaces: drivers.map(({ name }) => name) })
    }
  })
})

describe('words without an incident', () => {
  it('mean the one whose thread or page they stand on', async () => {
    const answers = await onEach(OF_TWO, (driver, { i }) => driver.sayOn(CY, i, 'status'))

    expect(expectSame(answers, 'done').reply.text).toBe('INC-1 is open.')
  })
})

const OF_TWO: Arrange = async (world) => {
  const ground = await BUTTON_STATES[0]!.ground(world)
  await BUTTON_STATES[0]!.ground(world)
  return ground
}

describe('docs/parity.md', () => {
  it('has the table as it came out', async () => {
    process.stdout.write(`\n${renderTable(results)}\n`)
    const options = { ...(await resolveConfig(PAGE)), parser: 'markdown' } as const
    const page = await format(renderParity({ results, presses, buttons }), options)
    if (IS_WRITING) writeFileSync(PAGE, page)

    expect(readFileSync(PAGE, 'utf8')).toBe(page)
  })
})

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { BEN, CEM, CHANNEL, openShop } from './shop.ts'
import { eventually } from './eventually.ts'
import type { Shop } from './shop.ts'

let shop: Shop
beforeEach(async () => {
  shop = await openShop()
})
afterEach(() => shop.close())

async function runsIn(state: string): Promise<number> {
  return (await shop.sql(`SELECT 1 FROM runs WHERE state = '${state}'`)).length
}

const wordsInThread = (): readonly string[] =>
  shop.slack
    .messagesIn(CHANNEL)
    .filter((message) => message.threadTs !== null)
    .map((message) => message.text)
const count = (words: string): number => wordsInThread().filter((text) => text.includes(words)).length

/** From the alert at the web process to two approvals; the run is then queued. */
async function approveTellTwice(webUrl: string): Promise<void> {
  const slack = shop.connectSlack(webUrl)
  expect((await shop.alert(webUrl)).status).toBe(202)
  await eventually('the worker posts the card', () => shop.card() !== undefined)
  await shop.propose(slack, 'INC-1', 'tell-twice')
  for (const person of [BEN, CEM]) {
    await slack.press(person, shop.card()!, 'Approve')
    await eventually(`the decision of ${person.name} counts`, async () => {
      const rows = await shop.sql(`SELECT 1 FROM decisions WHERE person_id LIKE '${person.name}@%'`)
      return rows.length === 1
    })
  }
}

describe('web and worker as two processes on one database', () => {
  it('take an alert in at the one and work on it in the other, to the end of an approved run', async () => {
    const web = shop.start('serve', '--role', 'web')
    const worker = shop.start('serve', '--role', 'worker')
    const [webUrl, workerUrl] = await Promise.all([web.ready(), worker.ready()])

    await approveTellTwice(webUrl)
    await eventually('the run succeeds', async () => (await runsIn('succeeded')) === 1)
    await eventually('its words are posted', () => count('the last word') === 1)

    expect(count('the first word')).toBe(1)
    const webhookAtTheWorker = await shop.alert(workerUrl)
    expect(webhookAtTheWorker.status).toBe(404)
    expect((await fetch(`${workerUrl}/readyz`)).status).toBe(200)
    expect(await (await fetch(`${workerUrl}/metrics`)).text()).toMatch(
      /countersign_runs_ended_total\{state="succeeded",direction="forward"\} 1|countersign_runs_ended_total\{[^}]*"succeeded"[^}]*\} 1/,
    )
  })

  it('go on when the worker is stopped in the middle of a run and another is started', async () => {
    const web = shop.start('serve', '--role', 'web')
    const first = shop.start('serve', '--role', 'worker')
    const [webUrl] = await Promise.all([web.ready(), first.ready()])
    await approveTellTwice(webUrl)
    await eventually('the first step is done', async () => {
      return (await shop.sql("SELECT 1 FROM attempts WHERE state = 'done'")).length > 0
    })

    first.signal('SIGTERM')
    const exitCode = await first.ended
    const ended = await runsIn('succeeded')
    const second = shop.start('serve', '--role', 'worker')
    await second.ready()
    await eventually('the run succeeds', async () => (await runsIn('succeeded')) === 1)
    // What the stopped one was about to post is looked for first, and what comes later does not wait for that.
    await eventually('its words are posted', () => count('the first word') > 0 && count('the last word') > 0)

    expect({ exitCode, ended }).toEqual({ exitCode: 0, ended: 0 })
    expect(count('the first word')).toBe(1)
    expect(count('the last word')).toBe(1)
    expect(await shop.sql("SELECT 1 FROM attempts WHERE state = 'unknown'")).toEqual([])
  })
})

describe('the kill switch', () => {
  async function approvedWithoutWorker(): Promise<void> {
    const web = shop.start('serve', '--role', 'web')
    const worker = shop.start('serve', '--role', 'worker')
    const [webUrl] = await Promise.all([web.ready(), worker.ready()])
    const slack = shop.connectSlack(webUrl)
    await shop.alert(webUrl)
    await eventually('the worker posts the card', () => shop.card() !== undefined)
    await shop.propose(slack, 'INC-1', 'tell-twice')
    worker.signal('SIGTERM')
    expect(await worker.ended).toBe(0)
    for (const person of [BEN, CEM]) await slack.press(person, shop.card()!, 'Approve')
    await eventually('the run is queued', async () => (await runsIn('queued')) === 1)
  }

  it('on the command line keeps an approved run from starting', async () => {
    await approvedWithoutWorker()

    const frozen = await shop.installation.run('freeze', 'all', '1h', 'the', 'bot', 'misbehaves')
    const worker = shop.start('serve', '--role', 'worker')
    await worker.ready()
    await eventually('the run is stopped', async () => (await runsIn('stopped')) === 1)

    expect(frozen).toMatchObject({
      exitCode: 0,
      printed: expect.stringMatching(
        /^The command line freezes everything for 60 min, until .* UTC: the bot misbehaves/,
      ),
    })
    expect(await shop.sql('SELECT 1 FROM attempts')).toEqual([])
    expect(count('the first word')).toBe(0)
  })

  it('is the only reason: without it the same run goes through', async () => {
    await approvedWithoutWorker()

    const worker = shop.start('serve', '--role', 'worker')
    await worker.ready()
    await eventually('the run succeeds', async () => (await runsIn('succeeded')) === 1)
    await eventually('its words are posted', () => count('the last word') === 1)
  })

  it('is lifted in chat by an approver, and then things run again', async () => {
    await shop.installation.run('freeze', 'all', '1h', 'a', 'test')
    const web = shop.start('serve', '--role', 'web')
    const slack = shop.connectSlack(await web.ready())

    await slack.command(BEN, 'unfreeze all', CHANNEL)

    await eventually('it is lifted', async () => {
      return (await shop.sql('SELECT 1 FROM freezes WHERE lifted_at IS NULL')).length === 0
    })
    expect(await shop.sql('SELECT lifted_by FROM freezes')).toEqual([{ lifted_by: 'ben@bank.example' }])
  })

  it('names what was mistyped', async () => {
    const { exitCode, complained } = await shop.installation.run('freeze', 'chekout', '1h', 'a', 'test')
    const length = await shop.installation.run('freeze', 'all', 'forever', 'a', 'test')

    expect(exitCode).toBe(1)
    expect(complained).toContain('Did you mean checkout?')
    expect(length.complained).toContain('30m, 2h')
    expect((await shop.installation.run('freeze', 'all', '1h')).exitCode).toBe(2)
  })
})

import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { chromium } from 'playwright-core'
import { describeWhen } from '../support/skip.ts'
import { makeTestFolder } from './support/test-folder.ts'
import { startCountersign } from './support/child.ts'
import type { Browser, Page } from 'playwright-core'
import type { Child } from './support/child.ts'

const CHROMIUM = '/usr/bin/chromium'
const PATIENCE_MS = 60_000

describeWhen(existsSync(CHROMIUM), `there is no ${CHROMIUM}, install chromium`, 'the console in a browser', () => {
  let folder: string
  let demo: Child
  let browser: Browser
  let url: string
  beforeAll(async () => {
    folder = makeTestFolder()
    demo = startCountersign(['demo', '--port', '0'], { COUNTERSIGN_DATA: join(folder, 'data') })
    ;[, url = ''] = await demo.waitForOutput(/Open {2}(http:\S+)/)
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] })
  }, 240_000)
  afterAll(async () => {
    await browser.close()
    await demo.end()
    rmSync(folder, { recursive: true, force: true, maxRetries: 10 })
  }, 60_000)

  /** A browser of their own, at the page of the incident. */
  async function openAs(name: string): Promise<{ page: Page; mistakes: string[] }> {
    const context = await browser.newContext({ viewport: { width: 1280, height: 1000 } })
    context.setDefaultTimeout(PATIENCE_MS)
    const page = await context.newPage()
    const mistakes: string[] = []
    page.on('pageerror', (error) => mistakes.push(error.message))
    page.on('console', (message) => {
      if (message.type() === 'error') mistakes.push(message.text())
    })
    await page.goto(url)
    await page.getByRole('button', { name }).click()
    await page.getByRole('link', { name: 'INC-1' }).click()
    return { page, mistakes }
  }

  it('lets two people approve a plan of tier 3, and shows live what becomes of it', async () => {
    const dora = await openAs('Dora Lindqvist')
    await dora.page.getByText('0 of 2 approvals', { exact: true }).waitFor()
    await dora.page.getByText('Simulated on this machine').waitFor()
    await dora.page.getByRole('button', { name: 'Approve', exact: true }).click()
    await dora.page.locator('.reply[data-kind="refused"]').waitFor()
    await dora.page.getByText('0 of 2 approvals', { exact: true }).waitFor()

    const ana = await openAs('Ana Ruiz')
    await ana.page.getByRole('button', { name: 'Approve', exact: true }).click()
    await ana.page.getByText('1 of 2 approvals', { exact: true }).waitFor()
    await dora.page.getByText('1 of 2 approvals', { exact: true }).waitFor()

    const ben = await openAs('Ben Okafor')
    await ben.page.getByRole('button', { name: 'Approve', exact: true }).click()

    // Nobody loads a page anew: the browser of each hears of it.
    for (const { page } of [ana, dora]) {
      await page.locator('section[aria-label="Run"][data-state="succeeded"]').waitFor()
      await page.getByText('Ben Okafor approved on console').waitFor()
      await page.getByRole('button', { name: 'Approve', exact: true }).waitFor({ state: 'detached' })
    }
    expect(demo.output().match(/rollback of checkout to 2\.13\.0 requested/g)).toHaveLength(1)
    const picture = process.env['COUNTERSIGN_SCREENSHOT']
    if (picture !== undefined) await ana.page.screenshot({ path: picture, fullPage: true })
    expect(ana.mistakes).toEqual([])
  }, 240_000)
})

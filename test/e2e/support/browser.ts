import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { chromium } from 'playwright-core'
import { API_TOKEN } from './real-installation.ts'
import type { Browser, Locator, Page } from 'playwright-core'

const CHROMIUM = '/usr/bin/chromium'
const PATIENCE_MS = 90_000

export const hasChromium = existsSync(CHROMIUM)

export function openBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] })
}

/** The Teams client at the channel; what it would load from elsewhere it does without, which it does not mind. */
export async function openTeamsPage(browser: Browser, pageUrl: string): Promise<Page> {
  const page = await openPage(browser)
  await page.route(
    (address) => address.origin !== new URL(pageUrl).origin,
    (route) => route.abort(),
  )
  await page.goto(pageUrl)
  await page.getByText('Incidents').first().click()
  return page
}

/** The console at the incident, for one who has the token: reading only. */
export async function openConsolePage(browser: Browser, url: string, incidentId: string): Promise<Page> {
  const page = await openPage(browser)
  await page.goto(`${url}/session`)
  await page.locator('input[name="token"]').fill(API_TOKEN)
  await page.locator('form:has(input[name="token"]) button').click()
  await page.getByRole('link', { name: incidentId }).click()
  return page
}

async function openPage(browser: Browser): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 1800 } })
  context.setDefaultTimeout(PATIENCE_MS)
  return context.newPage()
}

/** A card as the Teams client has drawn it, without those that open within it. */
export function drawnCard(page: Page, words: string): Locator {
  return page.locator('.ac-adaptiveCard').filter({ hasText: words }).first()
}

/** For the documentation, where a folder for pictures is named. */
export async function takePicture(of: Locator, name: string): Promise<void> {
  const folder = process.env['COUNTERSIGN_SCREENSHOTS']
  if (folder !== undefined) await of.screenshot({ path: join(folder, name) })
}

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { openBrowser, openBrowserAs } from '../../support/browser.ts'
import { openHouse } from '../../support/house.ts'
import { sampleViews } from '../../../src/adapters/console/preview/sample-views.ts'
import type { House } from '../../support/house.ts'

let house: House
beforeAll(async () => {
  house = await openHouse({ environment: { COUNTERSIGN_API_TOKEN: 'token-of-the-api' } })
})
afterAll(() => house.close())

describe('the preview of cards', () => {
  it('shows every kind of card as each surface does, and leaves nothing out', async () => {
    const { url, close } = await house.serve({ kind: 'pick', sandboxNote: 'A test.' })

    const page = await (await openBrowserAs(url, 'ben@bank.example')).get('/preview/card')

    expect(page.status).toBe(200)
    for (const { name } of sampleViews(new Date())) expect(page.text).toContain(`aria-label="${name}"`)
    expect(page.text).not.toContain('Not drawn')
    expect(page.text).not.toMatch(/<img|<script>/)
    await close()
  })

  it('is not there where incidents are real, whoever asks', async () => {
    const { url, close } = await house.serve()
    const browser = openBrowser(url)
    await browser.post('/session', { token: 'token-of-the-api' })

    expect((await browser.get('/')).status).toBe(200)
    expect((await browser.get('/preview/card')).status).toBe(404)
    await close()
  })
})

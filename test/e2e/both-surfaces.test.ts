import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { HEAVY_REASON, hasHeavyTools } from './support/heavy-tool.ts'
import { SlackCards } from './support/slack-cards.ts'
import { TeamsCards } from './support/teams-cards.ts'
import { describeWhen, findShared } from '../support/skip.ts'
import { drawnCard, hasChromium, openBrowser, openConsolePage, openTeamsPage, takePicture } from './support/browser.ts'
import { openShopInChat } from './support/shop-in-chat.ts'
import { waitLong, waitUntilLong } from './support/wait-long.ts'
import type { Browser, Page } from 'playwright-core'
import { PERSONAL_CHAT } from './support/playground.ts'
import type { Playground } from './support/playground.ts'
import type { ShopInChat } from './support/shop-in-chat.ts'

const SPECIFICATION = 'contracts/slack/slack-web-api.openapi.json'
/** What the requester is told. */
const REFUSED = 'requested this plan and cannot approve it'
const isHere = hasHeavyTools() && hasChromium

describeWhen(
  isHere,
  `${HEAVY_REASON}, and install chromium`,
  'one incident in Slack, in Teams and in the console',
  () => {
    let shop: ShopInChat
    let teams: Playground
    let inSlack: SlackCards
    let inTeams: TeamsCards
    let browser: Browser
    let teamsPage: Page
    let consolePage: Page

    beforeAll(async () => {
      const opening = openBrowser()
      shop = await openShopInChat({ specification: findShared(SPECIFICATION), atTheTeamsScreen: 'chen' })
      browser = await opening
      teams = shop.teams!
      inSlack = new SlackCards(shop.slack, shop.channel)
      inTeams = new TeamsCards(teams)
      await teams.install()
      // Before there is a card: the page shows what happens from now on.
      teamsPage = await openTeamsPage(browser, teams.pageUrl)
      shop.letAlertsIn()
    }, 240_000)
    afterAll(async () => {
      await browser.close()
      await shop.close()
    }, 60_000)

    const proposal = async () => (await shop.incidents.find('INC-1')).proposal
    const happened = (kind: string) => shop.sandbox.events.filter((event) => event.kind === kind)

    it('has a plan of tier 3 run once, approved in Slack by one and in Teams by another', async () => {
      const { ana, ben } = shop.inSlack
      await inSlack.waitForButton('Approve')
      await inTeams.waitForAction('Approve')
      consolePage = await openConsolePage(browser, shop.url, 'INC-1')

      // Ana asks for it: whatever she presses, and wherever, she is not one of the two.
      await shop.hand.command(ana, 'run INC-1 rollback-bad-deploy', shop.channel)
      const [id = ''] = await waitLong(
        'the answer',
        () => /PRO-\d+(?= is proposed)/.exec(inSlack.toldTo(ana)) ?? undefined,
      )
      await inSlack.waitForText(id)
      const slackCard = { channel: shop.channel, message: await inSlack.waitForButton('Approve') }
      const teamsCard = await inTeams.waitForText(id)
      await shop.hand.press(ana, slackCard, 'Approve')
      await waitUntilLong('Ana is refused in Slack', () => inSlack.toldTo(ana).includes(REFUSED))
      const refused = await teams.press('ana', teamsCard, 'Approve')
      expect(refused).toMatchObject({ status: 200, type: 'application/vnd.microsoft.activity.message' })
      expect(refused.value).toContain(REFUSED)
      const stranger = await teams.press('gus', teamsCard, 'Approve')
      expect(stranger.value).toContain('people.yaml')
      expect((await proposal())?.decisions).toEqual([])

      // Ben approves in Slack; that he presses in Teams as well makes him no second person.
      await shop.hand.press(ben, slackCard, 'Approve')
      await inTeams.waitForText('1 of 2 approvals')
      await inSlack.waitForText('1 of 2 approvals')
      const again = await teams.press('ben', await inTeams.waitForAction('Approve'), 'Approve')
      expect(again.value).toContain('one person counts once')
      expect((await proposal())?.decisions).toHaveLength(1)
      expect(happened('rollback.requested')).toHaveLength(0)

      // Chen sits at the screen of the Teams client.
      await teamsPage.getByText('1 of 2 approvals').first().waitFor()
      await takePicture(drawnCard(teamsPage, 'Likely cause'), 'teams-card.png')
      const approve = teamsPage.getByRole('button', { name: 'Approve', exact: true })
      await approve.click()
      await approve.nth(1).click()

      await waitUntilLong('the run succeeds', async () => {
        const [run] = (await shop.incidents.find('INC-1')).runs
        return run !== undefined && (await shop.incidents.findRun(run)).state === 'succeeded'
      })
      expect(happened('rollback.requested')).toHaveLength(1)
      expect(shop.sandbox.versionOf('checkout')).toBe('2.13.0')
      expect(await proposal()).toMatchObject({ id, tier: 3, decisions: [{}, {}] })
    }, 240_000)

    it('shows its result on all three, and nothing to decide any more', async () => {
      const result = /RUN-1[\s\S]*succeeded/
      await waitUntilLong('Slack shows the result', async () => result.test(await inSlack.text()))
      await waitUntilLong('Teams shows the result', () => result.test(inTeams.text()))
      await consolePage.locator('section[aria-label="Run"][data-state="succeeded"]').waitFor()
      await teamsPage
        .getByText(/succeeded/)
        .first()
        .waitFor()

      await waitUntilLong('no button is left in Slack', async () => !(await inSlack.hasButton('Approve')))
      await waitUntilLong('no button is left in Teams', () => !inTeams.hasAction('Approve'))
      await teamsPage.getByRole('button', { name: 'Approve', exact: true }).waitFor({ state: 'detached' })
      await takePicture(drawnCard(teamsPage, 'Likely cause'), 'teams-result.png')
      await takePicture(consolePage.locator('article.card'), 'console-result.png')
      for (const text of [await inSlack.text(), inTeams.text(), await consolePage.innerText('main')]) {
        expect(text).toContain('Ben Okafor')
        expect(text).toContain('Chen Wei')
      }
      expect(await shop.slack.messagesIn(shop.channel)).toHaveLength(1)
      expect(inTeams.cards()).toHaveLength(1)
    }, 240_000)

    it('answers the same words in Teams: to the asker alone, and to all who are meant to see it', async () => {
      const shared = await teams.mention('status INC-1 --share')
      await waitUntilLong('the answer in the thread', () => inTeams.text(shared).includes('INC-1 is'))

      const asked = await teams.mention('timeline INC-1')
      await waitUntilLong('the answer in the personal chat', () => inTeams.text(PERSONAL_CHAT).includes('Ben Okafor'))
      expect(inTeams.text(asked)).not.toContain('Ben Okafor')

      await teams.say('list')
      await waitUntilLong('the list', () => inTeams.text(PERSONAL_CHAT).includes('Open: 1 incident'))
    }, 120_000)

    it('keeps a note that is written on the card in Teams, for all to read', async () => {
      const card = drawnCard(teamsPage, 'Likely cause')
      const addNote = card.getByRole('button', { name: 'Add note', exact: true })
      const typed = card.locator('textarea:visible')
      const stands = consolePage.getByText('The bank is told').first()
      // The client draws a card anew when it is refreshed, and empty: whoever was typing types again.
      await waitUntilLong('the note stands in the console', async () => {
        if ((await typed.count()) === 0) await addNote.first().click()
        await typed.fill('The bank is told')
        await addNote.nth(1).click()
        return stands.waitFor({ timeout: 10_000 }).then(
          () => true,
          () => false,
        )
      })
    }, 120_000)

    it('asked those who may approve in private, on both', () => {
      const askedInSlack = shop.slack.gate.calls.filter(({ method, args }) => {
        return (
          method === 'chat.postMessage' &&
          args['channel'] !== shop.channel &&
          (args['text'] ?? '').includes('is asked for')
        )
      })

      // The screen shows the chat of the one who sits there.
      expect(inTeams.text(PERSONAL_CHAT)).toContain('approval is asked for')
      expect(new Set(askedInSlack.map(({ args }) => args['channel'])).size).toBeGreaterThan(1)
    })

    it('had no call to Slack without the token, and none that Slack’s specification refuses', () => {
      const { strangers, misfits } = shop.slack.gate

      expect({ strangers, misfits }).toEqual({ strangers: [], misfits: [] })
    })

    it('is on an audit log that verifies offline, with both surfaces', async () => {
      const file = join(shop.folder, 'audit.jsonl')
      const exported = shop.installation.run([
        'audit',
        'export',
        '--out',
        file,
        '--config',
        shop.installation.configPath,
      ])
      expect({ code: await exported.ended, output: exported.output() }).toMatchObject({ code: 0 })

      const key = join(shop.folder, 'data-checkpoints', 'audit.pub')
      const checkpoints = join(shop.folder, 'audit.checkpoints.jsonl')
      const verified = shop.installation.run(['audit', 'verify', file, '--checkpoints', checkpoints, '--key', key])

      expect({ code: await verified.ended, output: verified.output() }).toMatchObject({ code: 0 })
    }, 120_000)
  },
)

import { createSessions } from '../../../src/adapters/console/sessions.ts'
import { mountConsole } from '../../../src/adapters/console/console-routes.ts'
import { openBrowserAs } from '../../support/browser.ts'
import { openHttpServer } from '../../../src/adapters/http/open-http-server.ts'
import { recordConversation } from './recorded-conversation.ts'
import { silentLogger } from '../../../src/kernel/silent-logger.ts'
import { wordsOfHtml } from './words-of-html.ts'
import { withoutLayout } from './surface-driver.ts'
import type { Answered, SurfaceDriver } from './surface-driver.ts'
import type { Browser, Page } from '../../support/browser.ts'
import type { Deps } from '../../../src/orchestrator/dependencies.ts'
import type { Person } from '../../../src/domain/person.ts'

/** The console as a browser uses it: real HTTP, cookies, forms and their tokens, signed in as in the demo. */
export async function openConsoleDriver(deps: Deps): Promise<SurfaceDriver> {
  const conversation = recordConversation(deps)
  const { telemetry, randomBytes } = deps
  const server = openHttpServer({ host: '127.0.0.1', port: 0, log: silentLogger, telemetry })
  mountConsole(server, {
    deps,
    conversation,
    sessions: createSessions({ key: randomBytes(32), isSecure: false, randomBytes, nowMs: () => Date.now() }),
    signIn: { kind: 'pick', sandboxNote: 'A test.' },
    signals: { listen: () => () => undefined, close: () => Promise.resolve() },
  })
  const { url } = await server.listen()
  const browsers = new Map<string, Browser>()
  const tokens = new Map<string, string>()
  const csrfOf = async ({ id }: Person, browser: Browser): Promise<string> => {
    const csrf = tokens.get(id) ?? (await browser.csrf('/'))
    tokens.set(id, csrf)
    return csrf
  }
  const browserOf = async ({ id }: Person): Promise<Browser> => {
    const browser = browsers.get(id) ?? (await openBrowserAs(url, id))
    browsers.set(id, browser)
    return browser
  }
  const answered = (page: Page): Answered => {
    const reply = conversation.replies.at(-1)
    const shown = /<section class="reply"[^>]*>(.*?)<\/section>\s*<(?:div id="live"|p class="facts")>/s.exec(
      page.text,
    )?.[1]
    if (reply === undefined || shown === undefined) throw new Error(`No answer on the page: ${page.text}`)
    return { reply, words: withoutLayout(wordsOfHtml(shown)).replace(/^Refused\. /, '') }
  }
  const say = async (person: Person, incidentId: string, text: string): Promise<Answered> => {
    const browser = await browserOf(person)
    return answered(await browser.post('/say', { csrf: await csrfOf(person, browser), text, incidentId }))
  }
  const pressOn = async (person: Person, page: Page, label: string, words?: string): Promise<Answered> => {
    const form = findForm(page, label)
    const browser = await browserOf(person)
    return answered(await browser.post('/press', words === undefined ? form : { ...form, text: words }))
  }
  return {
    name: 'console',
    say: (person, text) => say(person, '', text),
    sayOn: say,
    press: async (person, incidentId, label, words) => {
      return pressOn(person, await (await browserOf(person)).get(`/incidents/${incidentId}`), label, words)
    },
    openChange: async (person, changeId) => {
      const page = await (await browserOf(person)).get(`/configuration/${changeId}`)
      const press = (label: string, words?: string) => pressOn(person, page, label, words)
      return { words: withoutLayout(wordsOfHtml(/<main.*<\/main>/s.exec(page.text)?.[0] ?? '')), press }
    },
    card: async (person, incidentId) => {
      const page = await (await browserOf(person)).get(`/incidents/${incidentId}`)
      return withoutLayout(wordsOfHtml(/<article.*<\/article>/s.exec(page.text)?.[0] ?? ''))
    },
    buttons: async (person, incidentId) => {
      const page = await (await browserOf(person)).get(`/incidents/${incidentId}`)
      return formsOf(page).map(({ label }) => label)
    },
    close: () => server.close(),
  }
}

interface Form {
  readonly label: string
  readonly fields: Readonly<Record<string, string>>
}

function formsOf(page: Page): readonly Form[] {
  return [...page.text.matchAll(/<form method="post" action="\/press"[^>]*>(.*?)<\/form>/gs)].map(([, body = '']) => ({
    label: withoutLayout(wordsOfHtml(/<button[^>]*>(.*?)<\/button>/s.exec(body)?.[1] ?? '')),
    fields: Object.fromEntries(
      [...body.matchAll(/<input\s+type="hidden"\s+name="([^"]*)"\s+value="([^"]*)"/gs)].map(([, name, value]) => [
        name ?? '',
        wordsOfHtml(value ?? ''),
      ]),
    ),
  }))
}

function findForm(page: Page, label: string): Readonly<Record<string, string>> {
  const forms = formsOf(page)
  const form = forms.find((one) => one.label === label)
  if (form !== undefined) return form.fields
  throw new Error(`No button "${label}"; there are: ${forms.map((one) => one.label).join(', ')}`)
}

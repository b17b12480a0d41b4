import { AppError } from '../../kernel/errors.ts'

class ConsoleRefusedError extends AppError {
  constructor(what: string, status: number) {
    super('console_refused', `The console answered ${status} to ${what}.`, false)
  }
}

/** A person at the console: the requests are those that a browser sends, forms and cookie included. */
export interface ConsoleVisitor {
  /** Presses the button of this verb on the incident's page; false when the page shows none. */
  press(incidentId: string, verb: string): Promise<boolean>
}

export async function signInAs(url: string, person: string, signal: AbortSignal): Promise<ConsoleVisitor> {
  const post = (path: string, form: Readonly<Record<string, string>>, cookie: string): Promise<Response> =>
    fetch(new URL(path, url), {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', origin: new URL(url).origin, cookie },
      body: new URLSearchParams(form).toString(),
      redirect: 'manual',
      signal,
    })
  const signedIn = await post('/session', { person, next: '/' }, '')
  const cookie = signedIn.headers.get('set-cookie')?.split(';')[0]
  if (signedIn.status !== 303 || cookie === undefined) throw new ConsoleRefusedError('POST /session', signedIn.status)
  return {
    press: async (incidentId, verb) => {
      const page = await fetch(new URL(`/incidents/${incidentId}`, url), { headers: { cookie }, signal })
      if (!page.ok) throw new ConsoleRefusedError(`GET /incidents/${incidentId}`, page.status)
      const form = formsOf(await page.text()).find((each) => each['verb'] === verb)
      if (form === undefined) return false
      const answer = await post('/press', form, cookie)
      await answer.arrayBuffer()
      if (answer.status !== 200) throw new ConsoleRefusedError(`POST /press (${verb})`, answer.status)
      return true
    },
  }
}

/** The hidden fields of each form that presses a button, the session's token among them. */
function formsOf(page: string): readonly Readonly<Record<string, string>>[] {
  return [...page.matchAll(/<form[^>]*action="\/press"[^>]*>([\s\S]*?)<\/form>/g)].map(([, inner = '']) =>
    Object.fromEntries(
      [...inner.matchAll(/<input[^>]*name="([^"]*)"[^>]*value="([^"]*)"/g)].map(([, name = '', value = '']) => [
        name,
        unescapeHtml(value),
      ]),
    ),
  )
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" }

function unescapeHtml(text: string): string {
  return text.replace(/&(amp|lt|gt|quot|#39);/g, (_whole, name: string) => ENTITIES[name] ?? '')
}

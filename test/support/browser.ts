/** What a browser sends: cookies, an origin, forms. No page is rendered, so refusals show as they are. */
export interface Browser {
  get(path: string): Promise<Page>
  post(
    path: string,
    fields: Readonly<Record<string, string>>,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Page>
  /** The token of the session, as the forms of a page carry it. */
  csrf(path: string): Promise<string>
}

export interface Page {
  readonly status: number
  readonly location: string | null
  readonly text: string
}

export function openBrowser(url: string): Browser {
  let cookie = ''
  const send = async (path: string, init: RequestInit & { headers?: Record<string, string> }): Promise<Page> => {
    const answer = await fetch(`${url}${path}`, {
      ...init,
      redirect: 'manual',
      headers: { cookie, ...(init.headers as Record<string, string> | undefined) },
    })
    const set = answer.headers.get('set-cookie')
    if (set !== null) cookie = set.split(';')[0] ?? ''
    return { status: answer.status, location: answer.headers.get('location'), text: await answer.text() }
  }
  const get = (path: string) => send(path, {})
  return {
    get,
    post: (path, fields, headers = {}) =>
      send(path, { method: 'POST', body: new URLSearchParams(fields), headers: { origin: url, ...headers } }),
    csrf: async (path) => /name="csrf" value="([^"]+)"/.exec((await get(path)).text)?.[1] ?? '',
  }
}

/** Signed in as one of the people, in a service that lets one pick. */
export async function openBrowserAs(url: string, person: string): Promise<Browser> {
  const browser = openBrowser(url)
  await browser.post('/session', { person, next: '/' })
  return browser
}

/** What machines do with links: mail gateways, unfurling bots, prefetching browsers. */
export interface Crawl {
  /** Whose browser fetches, if anybody's. */
  readonly cookie: string | null
  readonly from: readonly string[]
}

const MOST_PAGES = 500

/**
 * Fetches every address below `origin` that a text holds, with HEAD and then GET, and goes on with what the pages hold:
 * links, sources, and forms as a GET with all their fields, which is what an address bar makes of them.
 */
export async function crawl(origin: string, { cookie, from }: Crawl): Promise<ReadonlySet<string>> {
  const seen = new Set<string>()
  const waiting = [...from]
  for (let url = waiting.pop(); url !== undefined; url = waiting.pop()) {
    if (seen.has(url) || !url.startsWith(origin)) continue
    seen.add(url)
    if (seen.size > MOST_PAGES) throw new Error('The crawl does not come to an end.')
    const text = await fetchBoth(url, cookie)
    waiting.push(...addressesIn(text, origin))
  }
  return seen
}

async function fetchBoth(url: string, cookie: string | null): Promise<string> {
  const headers = cookie === null ? {} : { cookie }
  const init = { headers, redirect: 'manual' } as const
  await fetch(url, { ...init, method: 'HEAD' })
  const answer = await fetch(url, init)
  // A stream has no end to wait for.
  if ((answer.headers.get('content-type') ?? '').startsWith('text/event-stream')) {
    await answer.body?.cancel()
    return ''
  }
  return `${await answer.text()} href="${answer.headers.get('location') ?? '/'}"`
}

/** Absolute addresses anywhere, and what the attributes and forms of a page name. */
export function addressesIn(text: string, origin: string): readonly string[] {
  const absolute = [...text.matchAll(/https?:\/\/[^\s"'<>\\|)]+/g)].map(([url]) => url)
  const named = [...text.matchAll(/(?:href|src|action|data-[a-z-]+)="(\/[^"]*)"/g)].map(([, path = '']) => path)
  return [...absolute, ...named, ...formsIn(text)].map((address) => new URL(unescaped(address), origin).href)
}

function formsIn(text: string): readonly string[] {
  return [...text.matchAll(/<form[^>]*action="(\/[^"]*)"[^>]*>(.*?)<\/form>/gs)].map(([, action = '', body = '']) => {
    const fields = [...body.matchAll(/<input[^>]*?name="([^"]*)"[^>]*?value="([^"]*)"/gs)]
    return `${action}?${new URLSearchParams(fields.map(([, name = '', value = '']) => [name, unescaped(value)] as [string, string])).toString()}`
  })
}

function unescaped(text: string): string {
  return text.replaceAll('&amp;', '&').replaceAll('&#x2F;', '/')
}

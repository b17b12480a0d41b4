import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { openBrowser, openBrowserAs } from '../../support/browser.ts'
import { TELL_CHANNEL, openHouse } from '../../support/house.ts'
import { waitUntil } from '../../support/wait-until.ts'
import type { House } from '../../support/house.ts'

const ANA = 'ana@bank.example'
const BEN = 'ben@bank.example'
const CEM = 'cem@bank.example'
const NOA = 'noa@bank.example'
/** Needs two, so that the first approval is there to be taken back for as long as a test looks at it. */
const TELL_FOR_GOOD = TELL_CHANNEL.replace('tell-channel', 'tell-for-good').replace(
  'blastRadius: service',
  'blastRadius: environment',
)
const ATTACK = '<img src=x onerror=alert(1)> "><script>alert(1)</script>'

let house: House
let url: string

beforeAll(async () => {
  house = await openHouse({ playbooks: [TELL_CHANNEL, TELL_FOR_GOOD] })
  url = (await house.serve({ kind: 'pick', sandboxNote: 'Everything here is simulated.' })).url
})

afterAll(async () => {
  await house.close()
})

async function declare(title: string): Promise<string> {
  const browser = await openBrowserAs(url, ANA)
  const page = await browser.post('/say', {
    csrf: await browser.csrf('/'),
    text: `declare SEV2 ${title}`,
    incidentId: '',
  })
  return /INC-\d+/.exec(page.text)?.[0] ?? ''
}

async function propose(
  incidentId: string,
  playbook = 'tell-channel',
): Promise<{ proposalId: string; planHash: string }> {
  const browser = await openBrowserAs(url, ANA)
  const page = await browser.post('/say', {
    csrf: await browser.csrf('/'),
    text: `run ${incidentId} ${playbook}`,
    incidentId,
  })
  return {
    proposalId: /name="proposalId" value="([^"]+)"/.exec(page.text)?.[1] ?? '',
    planHash: /name="planHash" value="([^"]+)"/.exec(page.text)?.[1] ?? '',
  }
}

describe('the console', () => {
  it('asks who one is before it shows anything', async () => {
    const page = await openBrowser(url).get('/')

    expect(page.status).toBe(303)
    expect(page.location).toBe('/session?next=%2F')
  })

  it('shows what was declared, and says on every page what is simulated', async () => {
    const incidentId = await declare('checkout is slow on checkout')

    const page = await (await openBrowserAs(url, BEN)).get(`/incidents/${incidentId}`)

    expect(page.text).toContain('checkout is slow')
    expect(page.text).toContain('Everything here is simulated.')
  })

  it('shows markup that came from outside as text', async () => {
    const incidentId = await declare(`${ATTACK} on checkout`)

    const page = await (await openBrowserAs(url, BEN)).get(`/incidents/${incidentId}`)

    expect(page.text).toContain('&lt;img src=x onerror=alert(1)&gt;')
    expect(page.text).not.toMatch(/<img|<script>alert/)
  })

  it('shows the picture of what was measured as a drawing of its own, to who may read and to nobody else', async () => {
    const incidentId = await declare(`${ATTACK} on checkout`)
    const seconds = Date.now() / 1000
    const { deps } = await house.foundation()
    await deps.stores.evidence.save([
      {
        ...{ incidentId, key: 'metric:errors', kind: 'metric', source: 'Prometheus', at: new Date(), fact: 'It rose.' },
        ...{ url: null, data: { alert: ATTACK, points: [[seconds - 60, 1] as number[], [seconds, 2]] } },
      },
    ])
    const ben = await openBrowserAs(url, BEN)

    const page = await ben.get(`/incidents/${incidentId}`)
    const path = /<img src="([^"]+)"/.exec(page.text)?.[1] ?? ''
    const drawn = await ben.get(path)
    const stranger = await openBrowser(url).get(path)

    expect(path).toMatch(new RegExp(`^/incidents/${incidentId}/picture\\.svg\\?of=[0-9a-f]{12}$`))
    expect(page.text).toContain('Before the onset')
    expect(drawn.text).toMatch(/^<svg /)
    expect(drawn.text).not.toMatch(/<script|<img/)
    expect(stranger.status).toBe(303)
    expect((await ben.get('/incidents/INC-99999/picture.svg')).status).toBe(404)
  })

  it('runs a plan of tier 2 after one approval by somebody else, and shows the result', async () => {
    const incidentId = await declare('checkout is slow on checkout')
    const { proposalId, planHash } = await propose(incidentId)
    const ben = await openBrowserAs(url, BEN)
    const first = await ben.post('/press', {
      csrf: await ben.csrf('/'),
      verb: 'approve',
      incidentId,
      proposalId,
      planHash,
    })
    const cem = await openBrowserAs(url, CEM)
    await cem.post('/press', { csrf: await cem.csrf('/'), verb: 'approve', incidentId, proposalId, planHash })

    await waitUntil('the run has succeeded', async () =>
      (await ben.get(`/incidents/${incidentId}`)).text.includes('data-state="succeeded"'),
    )

    expect(first.status).toBe(200)
    expect((await ben.get(`/incidents/${incidentId}`)).text).toContain('Ben Cole approved on console')
  })

  it('offers to take an approval back to who gave it, and to nobody else', async () => {
    const incidentId = await declare('checkout is slow on checkout')
    const { proposalId, planHash } = await propose(incidentId, 'tell-for-good')
    const ben = await openBrowserAs(url, BEN)
    const csrf = await ben.csrf('/')
    await ben.post('/press', { csrf, verb: 'approve', incidentId, proposalId, planHash })

    const shown = async (person: string) =>
      (await (await openBrowserAs(url, person)).get(`/incidents/${incidentId}`)).text

    expect(await shown(BEN)).toContain('Withdraw my approval')
    expect(await shown(ANA)).not.toContain('Withdraw my approval')
  })

  it('answers who has no role in words, and lets them go on', async () => {
    const dia = await openBrowserAs(url, NOA)

    const page = await dia.get('/')
    const answer = await dia.post('/say', { csrf: await dia.csrf('/'), text: 'status', incidentId: '' })

    expect(page.status).toBe(403)
    expect(page.text).toContain('Noa Berg may not read incidents: people.yaml gives Noa Berg no role.')
    expect(answer.text).toContain('class="reply" data-kind="refused"')
  })

  it('refuses the requester as approver, in words', async () => {
    const incidentId = await declare('checkout is slow on checkout')
    const { proposalId, planHash } = await propose(incidentId)
    const ana = await openBrowserAs(url, ANA)

    const page = await ana.post('/press', {
      csrf: await ana.csrf('/'),
      verb: 'approve',
      incidentId,
      proposalId,
      planHash,
    })

    expect(page.status).toBe(409)
    expect(page.text).toContain('Refused.')
    expect(page.text).toContain('0 of')
  })

  it('refuses a press with another hash than the stored one', async () => {
    const incidentId = await declare('checkout is slow on checkout')
    const { proposalId, planHash } = await propose(incidentId)
    const ben = await openBrowserAs(url, BEN)

    const page = await ben.post('/press', {
      csrf: await ben.csrf('/'),
      verb: 'approve',
      incidentId,
      proposalId,
      planHash: planHash.replace(/^./, (digit) => (digit === '0' ? '1' : '0')),
    })

    expect(page.status).toBe(409)
    expect(page.text).not.toContain('Ben Cole approved')
  })

  it('refuses a forged form, and would take it with the token of the session', async () => {
    const ben = await openBrowserAs(url, BEN)
    const fields = { text: 'declare SEV3 forged', incidentId: '' }

    const forged = await ben.post('/say', { ...fields, csrf: 'guessed' })
    const twin = await ben.post('/say', { ...fields, csrf: await ben.csrf('/') })

    expect(forged.status).toBe(403)
    expect(twin.status).toBe(200)
    const ana = await openBrowserAs(url, ANA)
    await waitUntil('the refusal is on the audit log', async () =>
      (await ana.get('/audit')).text.includes('forged_or_read_only'),
    )
  })

  it('refuses a form of another site, and would take it from its own pages', async () => {
    const ben = await openBrowserAs(url, BEN)
    const fields = { csrf: await ben.csrf('/'), text: 'declare SEV3 from elsewhere', incidentId: '' }

    const foreign = await ben.post('/say', fields, { origin: 'https://evil.example' })
    const twin = await ben.post('/say', fields)

    expect(foreign.status).toBe(403)
    expect(twin.status).toBe(200)
  })

  it('changes nothing by a GET: every link of every page leaves the state as it was', async () => {
    const incidentId = await declare('checkout is slow on checkout')
    await propose(incidentId)
    const ana = await openBrowserAs(url, ANA)
    const pages = ['/', `/incidents/${incidentId}`, '/audit', '/session']
    const links = new Set<string>()
    for (const path of pages) {
      for (const [, link] of (await ana.get(path)).text.matchAll(/(?:href|action)="(\/[^"#]*)"/g)) links.add(link ?? '')
    }

    for (const link of links) await ana.get(link)

    const after = await ana.get(`/incidents/${incidentId}`)
    expect(links.size).toBeGreaterThan(5)
    expect(after.text).toContain('data-state="pending"')
    expect(after.text).toContain('Nobody has decided yet.')
  })

  it('says when an incident is not there', async () => {
    const page = await (await openBrowserAs(url, BEN)).get('/incidents/INC-999999')

    expect(page.status).toBe(404)
    expect(page.text).toContain('There is no incident INC-999999')
  })

  it('streams a hint when the incident changes', async () => {
    const incidentId = await declare('checkout is slow on checkout')
    const signIn = await fetch(`${url}/session`, {
      method: 'POST',
      redirect: 'manual',
      headers: { origin: url },
      body: new URLSearchParams({ person: BEN, next: '/' }),
    })
    const stop = new AbortController()
    const headers = { cookie: signIn.headers.get('set-cookie') ?? '' }
    const stream = await fetch(`${url}/live?incident=${incidentId}`, { headers, signal: stop.signal })
    const reader = stream.body?.pipeThrough(new TextDecoderStream()).getReader()
    const ben = await openBrowserAs(url, BEN)

    await ben.post('/say', { csrf: await ben.csrf('/'), text: 'note looking at it', incidentId })
    let seen = ''
    while (!seen.includes('event: changed')) seen += (await reader?.read())?.value ?? 'the stream ended'
    stop.abort()

    expect(seen).toContain('event: changed')
  })
})

import { connect } from 'node:net'
import { signGithub, TOKEN } from './intake-world.ts'

export interface Forgery {
  readonly name: string
  readonly path: string
  readonly method?: string
  readonly headers: readonly (readonly [string, string])[]
  readonly body: string | Uint8Array
  /** Where it is no 401 because the request is refused for its form already. */
  readonly expected?: readonly number[]
}

/** Written byte by byte, since clients refuse to send half of these. Resolves with the status; 0 when none came. */
export function sendRaw(url: string, forgery: Forgery): Promise<number> {
  const { hostname, port } = new URL(url)
  const body = Buffer.from(forgery.body as string)
  const hasLength = forgery.headers.some(([name]) => /^(content-length|transfer-encoding)$/i.test(name))
  const lines = [
    `${forgery.method ?? 'POST'} ${forgery.path} HTTP/1.1`,
    `host: ${hostname}`,
    ...forgery.headers.map(([name, value]) => `${name}: ${value}`),
    ...(hasLength ? [] : [`content-length: ${body.length}`]),
    'connection: close',
  ]
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname)
    let text = ''
    socket.on('error', reject)
    socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')))
    socket.on('close', () => resolve(Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1] ?? 0)))
    socket.write(Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), body]))
  })
}

/** Handmade: each a way in which a request could pass a careless check. */
export function forgeries(alerts: string, push: string): readonly Forgery[] {
  return [
    ...bearerForgeries(alerts),
    ...otherBearerPaths(alerts),
    ...signatureForgeries(push),
    ...oddRequests(alerts, push),
  ]
}

function bearerForgeries(body: string): readonly Forgery[] {
  const at = (name: string, ...values: readonly string[]): Forgery => ({
    name: `Authorization: ${name}`,
    path: '/webhooks/alertmanager',
    headers: values.map((value) => ['authorization', value] as const),
    body,
  })
  const half = TOKEN.slice(0, TOKEN.length / 2)
  return [
    at('absent'),
    at('empty', ''),
    at('the scheme alone', 'Bearer'),
    at('an empty token', 'Bearer '),
    at('a wrong token', 'Bearer wrong'),
    at('the token without a scheme', TOKEN),
    at('another scheme', `Basic ${TOKEN}`),
    at('Basic with the token as password', `Basic ${Buffer.from(`x:${TOKEN}`).toString('base64')}`),
    at('the token in base64', `Bearer ${Buffer.from(TOKEN).toString('base64')}`),
    at('half the token', `Bearer ${half}`),
    at('the token and more', `Bearer ${TOKEN}x`),
    at('the token twice', `Bearer ${TOKEN}${TOKEN}`),
    at('the token in upper case', `Bearer ${TOKEN.toUpperCase()}`),
    at('two tokens with a comma', `Bearer ${TOKEN}, Bearer ${TOKEN}`),
    at('two tokens with a comma, one good', `Bearer wrong,${TOKEN}`),
    at('two tokens with a space', `Bearer wrong ${TOKEN}`),
    at('two headers, the first good', `Bearer ${TOKEN}`, 'Bearer wrong'),
    at('two headers, the second good', 'Bearer wrong', `Bearer ${TOKEN}`),
    at('two headers, both good', `Bearer ${TOKEN}`, `Bearer ${TOKEN}`),
    at('a quoted token', `Bearer "${TOKEN}"`),
    at('a token with a percent sign', `Bearer ${TOKEN.replace('-', '%2D')}`),
    at('a pattern', 'Bearer .*'),
    at('null', 'Bearer null'),
    at('undefined', 'Bearer undefined'),
    at('an object', 'Bearer [object Object]'),
    at('a list', `Bearer ["${TOKEN}"]`),
    at('a long token', `Bearer ${'a'.repeat(8_000)}`),
    at('letters outside ASCII', 'Bearer t\u00f6ken'),
    { ...at('in another header'), headers: [['x-authorization', `Bearer ${TOKEN}`]] },
    { ...at('in a proxy header'), headers: [['proxy-authorization', `Bearer ${TOKEN}`]] },
    { ...at('in a cookie'), headers: [['cookie', `authorization=Bearer ${TOKEN}`]] },
    { ...at('in the query'), path: `/webhooks/alertmanager?token=${TOKEN}&access_token=${TOKEN}` },
    { ...at('in the body'), body: JSON.stringify({ authorization: `Bearer ${TOKEN}` }) },
    { ...at('in the address'), path: `http://x:${TOKEN}@localhost/webhooks/alertmanager`, expected: [401, 404] },
    { ...at('a signature in its place'), headers: [['x-hub-signature-256', signGithub(body)]] },
  ]
}

function otherBearerPaths(body: string): readonly Forgery[] {
  return ['/webhooks/argocd', '/webhooks/changes'].flatMap((path) => [
    { name: `no token on ${path}`, path, headers: [], body },
    { name: `a wrong token on ${path}`, path, headers: [['authorization', 'Bearer wrong']] as const, body },
    { name: `a signature on ${path}`, path, headers: [['x-hub-signature-256', signGithub(body)]] as const, body },
  ])
}

function signatureForgeries(body: string): readonly Forgery[] {
  const good = signGithub(body)
  const hex = good.slice('sha256='.length)
  const at = (name: string, ...values: readonly string[]): Forgery => ({
    name: `X-Hub-Signature-256: ${name}`,
    path: '/webhooks/github',
    headers: [['x-github-event', 'push'], ...values.map((value) => ['x-hub-signature-256', value] as const)],
    body,
  })
  return [
    at('absent'),
    at('empty', ''),
    at('the algorithm alone', 'sha256='),
    at('zeros', `sha256=${'0'.repeat(64)}`),
    at('another secret', signGithub(body, 'another')),
    at('an empty secret', signGithub(body, '')),
    at('another body', signGithub(`${body} `)),
    at('hex without the algorithm', hex),
    at('the old algorithm', `sha1=${hex.slice(0, 40)}`),
    at('another algorithm', `sha512=${hex}${hex}`),
    at('63 digits', good.slice(0, -1)),
    at('62 digits', good.slice(0, -2)),
    at('66 digits', `${good}00`),
    at('upper case', `sha256=${hex.toUpperCase()}`),
    at('a letter that is no digit', `sha256=${hex.slice(0, -1)}g`),
    at('base64', `sha256=${Buffer.from(hex, 'hex').toString('base64')}`),
    at('two, the first good', good, `sha256=${'0'.repeat(64)}`),
    at('two, the second good', `sha256=${'0'.repeat(64)}`, good),
    at('two in one, with a comma', `${good},${good}`),
    at('PagerDuty style', `v1=${hex}`),
    {
      ...at('the bearer token instead'),
      headers: [
        ['authorization', `Bearer ${TOKEN}`],
        ['x-github-event', 'push'],
      ],
    },
    {
      ...at('under the old name'),
      headers: [
        ['x-hub-signature', good],
        ['x-github-event', 'push'],
      ],
    },
    { ...at('of the bytes before a change', good), body: body.replace('checkout', 'checkouT') },
    { ...at('of the bytes without a byte order mark', good), body: `\uFEFF${body}` },
  ]
}

/** Refused for what they are, before or after the check of who sends; never run. */
function oddRequests(alerts: string, push: string): readonly Forgery[] {
  const slack = `payload=${encodeURIComponent(alerts)}&ssl_check=1`
  return [
    {
      name: 'ssl_check=1 as a form',
      path: '/webhooks/alertmanager',
      headers: [['content-type', 'application/x-www-form-urlencoded']],
      body: slack,
    },
    {
      name: 'an odd content type',
      path: '/webhooks/alertmanager',
      headers: [['content-type', 'x;;=/"']],
      body: alerts,
    },
    {
      name: 'multipart',
      path: '/webhooks/github',
      headers: [['content-type', 'multipart/form-data; boundary=x']],
      body: push,
    },
    { name: 'GET', path: '/webhooks/alertmanager', method: 'GET', headers: [], body: '', expected: [405] },
    { name: 'PUT', path: '/webhooks/alertmanager', method: 'PUT', headers: [], body: alerts, expected: [405] },
    {
      name: 'a method override',
      path: '/webhooks/alertmanager',
      method: 'GET',
      headers: [['x-http-method-override', 'POST']],
      body: '',
      expected: [405],
    },
    { name: 'a path in upper case', path: '/WEBHOOKS/alertmanager', headers: [], body: alerts, expected: [404] },
    { name: 'a path with a slash more', path: '/webhooks/alertmanager/', headers: [], body: alerts, expected: [404] },
    { name: 'a path with dots', path: '/x/../webhooks/alertmanager', headers: [], body: alerts, expected: [401, 404] },
    { name: 'an encoded path', path: '/webhooks/%61lertmanager', headers: [], body: alerts, expected: [401, 404] },
    {
      name: 'two lengths',
      path: '/webhooks/alertmanager',
      headers: [
        ['content-length', '2'],
        ['content-length', String(alerts.length)],
      ],
      body: alerts,
      expected: [400],
    },
    {
      name: 'length and chunks',
      path: '/webhooks/alertmanager',
      headers: [
        ['content-length', '5'],
        ['transfer-encoding', 'chunked'],
      ],
      body: '0\r\n\r\n',
      expected: [400],
    },
  ]
}

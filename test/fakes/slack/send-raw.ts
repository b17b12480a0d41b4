import http from 'node:http'

export interface RawRequest {
  readonly body: string | Buffer
  readonly headers: readonly (readonly [name: string, value: string])[]
}

/** As it is written, repeated headers and all, which `fetch` would join; the answer's status. */
export function sendRaw(url: string, { body, headers }: RawRequest, agent?: http.Agent): Promise<number> {
  const own = ['Host', new URL(url).host, 'Content-Length', String(Buffer.byteLength(body))]
  const given = headers.flatMap(([name, value]) => [name, Buffer.from(value).toString('latin1')])
  return new Promise((resolve, reject) => {
    const options = { method: 'POST', headers: [...own, ...given], ...(agent === undefined ? {} : { agent }) }
    const outgoing = http.request(url, options, (incoming) => {
      incoming.resume()
      incoming.on('end', () => resolve(incoming.statusCode ?? 0))
    })
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}

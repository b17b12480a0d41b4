import type http from 'node:http'

type Args = Readonly<Record<string, unknown>>

export interface FakeFile {
  readonly id: string
  readonly name: string
  readonly length: number
  readonly alternative: string
  bytes: Buffer | null
  isComplete: boolean
}

/** Files as Slack takes them since 2025: an address is asked for, bytes are sent there, and then the file is completed. */
export class FakeSlackFiles {
  readonly all: FakeFile[] = []
  readonly #origin: string
  /** Where bytes are to be sent, where that is not this server. */
  elsewhere: string | null = null
  /** Its address for files, and nothing else of it, answers that it is down. */
  isDown = false
  /** Whether the workspace draws charts by itself. */
  takesCharts = false

  constructor(origin: string) {
    this.#origin = origin
  }

  offer(args: Args) {
    const length = Number(args['length'])
    if (typeof args['filename'] !== 'string' || !(length > 0)) return failed('invalid_arguments')
    const id = `F${String(this.all.length + 1).padStart(4, '0')}`
    const alternative = typeof args['alt_txt'] === 'string' ? args['alt_txt'] : ''
    this.all.push({ id, name: args['filename'], length, alternative, bytes: null, isComplete: false })
    return { ok: true, answer: { file_id: id, upload_url: `${this.elsewhere ?? this.#origin}/upload/${id}` } }
  }

  take(path: string, bytes: Buffer, outgoing: http.ServerResponse): void {
    if (this.isDown) {
      outgoing.writeHead(503).end('down')
      return
    }
    const file = this.all.find(({ id }) => path === `/upload/${id}`)
    if (file?.length !== bytes.length) {
      outgoing.writeHead(400).end('bad upload')
      return
    }
    file.bytes = bytes
    outgoing.writeHead(200).end(`OK - ${String(bytes.length)}`)
  }

  complete(args: Args) {
    const wanted = (args['files'] as { id: string }[] | undefined) ?? []
    const files = wanted.map(({ id }) => this.all.find((one) => one.id === id))
    const complete = files.filter((file) => file !== undefined).filter(({ bytes }) => bytes !== null)
    if (files.length === 0 || complete.length < files.length) return failed('file_not_found')
    for (const file of complete) file.isComplete = true
    return { ok: true, answer: { files: wanted } }
  }

  /** A block may only show a file that is there. */
  problemsOf(blocks: unknown): readonly string[] {
    const named = (Array.isArray(blocks) ? blocks : []) as { slack_file?: { id?: string } }[]
    return named.flatMap(({ slack_file: file }) => {
      const isThere = this.all.some(({ id, isComplete }) => id === file?.id && isComplete)
      return file === undefined || isThere ? [] : [`${String(file.id)}: no such file`]
    })
  }
}

function failed(error: string) {
  return { ok: false, answer: { error } }
}

import { createHash } from 'node:crypto'
import type { Duplex } from 'node:stream'
import type { IncomingMessage } from 'node:http'

/** One accepted WebSocket connection (RFC 6455), as much of it as Socket Mode uses: whole text messages, ping, close. */
export interface WebSocketPeer {
  send(text: string): void
  close(): void
  /** Cuts the line without a word. */
  destroy(): void
}

const MAGIC = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'
const TEXT = 0x1
const CLOSE = 0x8
const PING = 0x9
const PONG = 0xa

export function acceptWebSocket(
  incoming: IncomingMessage,
  socket: Duplex,
  on: { readonly text: (text: string) => void; readonly close: () => void },
): WebSocketPeer {
  const accept = createHash('sha1').update(`${incoming.headers['sec-websocket-key']}${MAGIC}`).digest('base64')
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
  )
  let pending = Buffer.alloc(0)
  socket.on('data', (chunk: Buffer) => {
    pending = Buffer.concat([pending, chunk])
    for (let frame = readFrame(pending); frame !== undefined; frame = readFrame(pending)) {
      pending = pending.subarray(frame.size)
      if (frame.opcode === TEXT) on.text(frame.payload.toString())
      else if (frame.opcode === PING) socket.write(frameOf(PONG, frame.payload))
      else if (frame.opcode === CLOSE) socket.end(frameOf(CLOSE, frame.payload))
    }
  })
  socket.on('close', on.close)
  socket.on('error', () => socket.destroy())
  return {
    send: (text) => socket.write(frameOf(TEXT, Buffer.from(text))),
    close: () => socket.write(frameOf(CLOSE, Buffer.from([0x03, 0xe8]))),
    destroy: () => socket.destroy(),
  }
}

function readFrame(data: Buffer): { opcode: number; payload: Buffer; size: number } | undefined {
  if (data.length < 2) return undefined
  const length7 = data[1]! & 0x7f
  const lengthBytes = length7 === 126 ? 2 : length7 === 127 ? 8 : 0
  const start = 2 + lengthBytes + 4
  if (data.length < start) return undefined
  const length = length7 === 126 ? data.readUInt16BE(2) : length7 === 127 ? Number(data.readBigUInt64BE(2)) : length7
  if (data.length < start + length) return undefined
  const mask = data.subarray(start - 4, start)
  const payload = Buffer.from(data.subarray(start, start + length).map((byte, index) => byte ^ mask[index % 4]!))
  return { opcode: data[0]! & 0x0f, payload, size: start + length }
}

function frameOf(opcode: number, payload: Buffer): Buffer {
  const head = Buffer.alloc(payload.length < 126 ? 2 : payload.length < 65_536 ? 4 : 10)
  head[0] = 0x80 | opcode
  if (payload.length < 126) head[1] = payload.length
  else if (payload.length < 65_536) {
    head[1] = 126
    head.writeUInt16BE(payload.length, 2)
  } else {
    head[1] = 127
    head.writeBigUInt64BE(BigInt(payload.length), 2)
  }
  return Buffer.concat([head, payload])
}

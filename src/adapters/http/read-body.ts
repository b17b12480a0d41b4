import type { IncomingMessage } from 'node:http'
import { HttpFault } from './http-fault.ts'

/** How much of all bodies together may lie in memory, so that a crowd of slow senders cannot fill it. */
export interface BodyBudget {
  readonly maxBytes: number
  usedBytes: number
}

/** Reads the exact bytes; stops at the first one too many, whether a length was announced or not. */
export function readBody(stream: NodeJS.ReadableStream, limitBytes: number, budget: BodyBudget): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    const settle = (finish: () => void) => {
      stream.removeListener('data', onData)
      stream.removeListener('end', onEnd)
      stream.removeListener('error', onBroken)
      stream.removeListener('close', onBroken)
      budget.usedBytes -= size
      finish()
    }
    const onData = (chunk: Buffer) => {
      chunks.push(chunk)
      size += chunk.length
      budget.usedBytes += chunk.length
      if (size > limitBytes) settle(() => reject(tooLarge(limitBytes)))
      else if (budget.usedBytes > budget.maxBytes) settle(() => reject(tooBusy()))
    }
    const onEnd = () => settle(() => resolve(Buffer.concat(chunks, size)))
    const onBroken = () => settle(() => reject(cutShort()))
    stream.on('data', onData).on('end', onEnd).on('error', onBroken).on('close', onBroken)
  })
}

export function tooLarge(limitBytes: number): HttpFault {
  return new HttpFault({
    status: 413,
    code: 'too_large',
    message: `The body is larger than ${limitBytes} bytes. Send less at once.`,
  })
}

export function tooBusy(): HttpFault {
  return new HttpFault({
    status: 503,
    code: 'busy',
    message: 'Too many requests are in work. Send it again in a moment.',
    retryAfterSeconds: 1,
  })
}

function cutShort(): HttpFault {
  return new HttpFault({ status: 400, code: 'cut_short', message: 'The request ended before its body did.' })
}

const LINGER_MS = 2_000

/**
 * After an answer that came before the body was read: what still arrives is thrown away for a moment, since closing at
 * once would reset the connection and lose the answer; then the connection is closed.
 */
export function lingerThenClose(message: IncomingMessage): void {
  if (message.complete) return
  message.resume()
  const timer = setTimeout(() => message.socket.destroy(), LINGER_MS)
  timer.unref()
  message.once('end', () => clearTimeout(timer))
  message.once('close', () => clearTimeout(timer))
}

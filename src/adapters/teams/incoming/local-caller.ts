import { isLoopbackAddress, isLoopbackHost } from '../loopback.ts'
import type { HttpHead } from '../../http/route.ts'

/** What a proxy, a tunnel or a browser adds: with any of them the caller is not simply on this machine. */
const FOREIGN_HEADERS = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip', 'via', 'origin']

/** Without an app id nobody proves who they are: then only a program on this machine is listened to. */
export function isFromThisMachine(request: Pick<HttpHead, 'remoteAddress' | 'header' | 'hasHeader'>): boolean {
  const host = request.header('host') ?? ''
  if (!isLoopbackAddress(request.remoteAddress)) return false
  if (!URL.canParse(`http://${host}`) || !isLoopbackHost(new URL(`http://${host}`).hostname)) return false
  return FOREIGN_HEADERS.every((name) => !request.hasHeader(name))
}

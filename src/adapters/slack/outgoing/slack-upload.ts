import { VendorRejectedError, VendorUnknownError } from '../../../kernel/vendor-errors.ts'
import { isAllowedUploadUrl } from './response-url.ts'
import { toVendorError } from './slack-errors.ts'
import type { SlackTransport } from './slack-transport.ts'

/** Sends the bytes of a file to the address that Slack gave for it. The address itself is the permission: no token goes. */
export type SlackUpload = (address: string, bytes: Uint8Array, signal: AbortSignal) => Promise<void>

export function createSlackUpload(transport: SlackTransport, apiUrl: string): SlackUpload {
  return async (address, bytes, signal) => {
    if (!isAllowedUploadUrl(address, apiUrl)) {
      throw new VendorRejectedError('Slack', 0, 'upload_url', 'Its address for files is not Slack’s; nothing was sent.')
    }
    const answer = await transport.upload(address, bytes, signal).catch((error: unknown) => {
      throw toVendorError(error)
    })
    if (!answer.ok) throw new VendorUnknownError('Slack', `its address for files answered ${String(answer.status)}`)
  }
}

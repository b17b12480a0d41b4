import { z } from 'zod'
import { QUIET } from './quiet.ts'
import { VendorBusyError, VendorRejectedError } from '../../../kernel/vendor-errors.ts'
import { findPosted, POST_EVENT } from './find-posted.ts'
import { renderPicture } from '../render/render-picture.ts'
import { visibleLine, visibleText } from '../../shared/card/visible-text.ts'
import type { PostedPicture, PostTry } from '../../../ports/chat-surface.ts'
import type { SlackApi } from './slack-api.ts'
import type { SlackUpload } from './slack-upload.ts'
import type { SlackMessage } from '../render/render-card.ts'
import type { ThreadPlace } from './find-posted.ts'

const Offered = z.object({ upload_url: z.string().min(1), file_id: z.string().min(1) })
const Posted = z.object({ ts: z.string().min(1) })
const Done = z.object({ ok: z.literal(true) })
const LONGEST_ALTERNATIVE = 1_000
const LONGEST_TITLE = 255
/**
 * A file that was just uploaded is not at once there for a block: Slack answers `invalid_blocks` until it is. And files
 * have an address of their own, which may be closed to us while Slack answers: that is tried as often, and no outage.
 */
const LOOK_AGAIN_MS = 1_000
const MOST_LOOKS = 5
/** The incident's card waits behind it. */
const UPLOAD_MS = 4_000
const MOST_KEPT = 100

interface PicturePost {
  readonly where: ThreadPlace
  readonly picture: PostedPicture
  readonly attempt: PostTry | undefined
}

/** Of one picture, over the tries. */
interface Uploaded {
  file: string | null
  looks: number
}

/** A message that is there already. */
interface ShownMessage {
  readonly channel: string
  readonly ts: string
}

/**
 * A picture goes in three calls that nobody sees and one that is a message like any other: it carries its key in its
 * metadata and its words as text, so that a lost answer doubles nothing. Another picture is another file, which the
 * message then shows instead. `post` answers null, `update` false where Slack does not take it.
 */
export function createPictures(api: SlackApi, upload: SlackUpload) {
  const uploaded = new Map<string, Uploaded>()
  /** `key` tells a try that comes again from another picture: its file is there already. */
  const show = async <Shown>(
    { key, channel, picture }: { readonly key: string; readonly channel: string; readonly picture: PostedPicture },
    send: (message: SlackMessage) => Promise<Shown>,
    signal: AbortSignal,
  ): Promise<Shown | null> => {
    const { png } = picture
    if (png === null) return null
    try {
      const tries = uploaded.get(key) ?? { file: null, looks: 0 }
      if (uploaded.size >= MOST_KEPT) uploaded.clear()
      uploaded.set(key, tries)
      const file = tries.file ?? (await uploadFile(api, upload, { channel, picture, png, tries }, signal))
      tries.file = file
      const shown = await untilThere(tries, () => send(renderPicture(picture, file)))
      uploaded.delete(key)
      return shown
    } catch (error) {
      // Without the scope, or of a plan without files: the words say what the picture shows.
      if (!(error instanceof VendorRejectedError) || error.vendorCode === 'message_not_found') throw error
      uploaded.delete(key)
      return null
    }
  }
  return {
    post: async (post: PicturePost, signal: AbortSignal): Promise<string | null> => {
      const { where, attempt, picture } = post
      if (picture.png === null) return null
      const known = attempt === undefined ? null : await findPosted(api, where, attempt, signal)
      if (known !== null) return known
      const metadata = { event_type: POST_EVENT, event_payload: { keys: attempt?.keys.join(' ') ?? '' } }
      const send = async (message: SlackMessage) =>
        (await api.call('chat.postMessage', { ...where, ...message, metadata, ...QUIET }, Posted, signal)).ts
      return show({ key: keyOf(post), channel: where.channel, picture }, send, signal)
    },
    update: async (shown: ShownMessage, picture: PostedPicture, signal: AbortSignal): Promise<boolean> => {
      const { channel, ts } = shown
      const send = async (message: SlackMessage) => {
        await api.call('chat.update', { ...shown, ...message, link_names: false, parse: 'none' }, Done, signal)
        return true
      }
      return (await show({ key: `${channel} ${ts} ${picture.words}`, channel, picture }, send, signal)) ?? false
    },
  }
}

function keyOf({ where, picture, attempt }: PicturePost): string {
  return attempt?.keys.join(' ') ?? `${where.channel} ${picture.name}`
}

interface Uploading {
  readonly channel: string
  readonly picture: PostedPicture
  readonly png: Uint8Array
  readonly tries: Uploaded
}

async function uploadFile(
  api: SlackApi,
  upload: SlackUpload,
  { channel, picture, png, tries }: Uploading,
  signal: AbortSignal,
): Promise<string> {
  const file = {
    filename: `${picture.name}.png`,
    length: png.length,
    alt_txt: visibleText(picture.words, LONGEST_ALTERNATIVE),
  }
  const offer = await api.call('files.getUploadURLExternal', file, Offered, signal, channel)
  await untilTaken(tries, signal, (deadline) => upload(offer.upload_url, png, deadline))
  const files = [{ id: offer.file_id, title: visibleLine(picture.title, LONGEST_TITLE) }]
  await api.call('files.completeUploadExternal', { files }, Done, signal, channel)
  return offer.file_id
}

async function untilTaken(
  tries: Uploaded,
  signal: AbortSignal,
  send: (deadline: AbortSignal) => Promise<void>,
): Promise<void> {
  try {
    await send(AbortSignal.any([signal, AbortSignal.timeout(UPLOAD_MS)]))
  } catch (error) {
    if (signal.aborted || error instanceof VendorRejectedError) throw error
    tries.looks += 1
    if (tries.looks < MOST_LOOKS) throw new VendorBusyError('Slack', LOOK_AGAIN_MS, { cause: error })
    throw new VendorRejectedError('Slack', 0, 'upload_url', 'Its address for files does not answer.', { cause: error })
  }
}

async function untilThere<Shown>(uploaded: Uploaded, show: () => Promise<Shown>): Promise<Shown> {
  try {
    return await show()
  } catch (error) {
    uploaded.looks += 1
    const isEarly = error instanceof VendorRejectedError && error.vendorCode === 'invalid_blocks'
    if (!isEarly || uploaded.looks >= MOST_LOOKS) throw error
    throw new VendorBusyError('Slack', LOOK_AGAIN_MS, { cause: error })
  }
}

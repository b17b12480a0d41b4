import { z } from 'zod'
import { QUIET } from './quiet.ts'
import { VendorBusyError, VendorRejectedError } from '../../../kernel/vendor-errors.ts'
import { isPosted, POST_EVENT } from './is-posted.ts'
import { renderPicture } from '../render/render-picture.ts'
import { visibleLine, visibleText } from '../../shared/card/visible-text.ts'
import type { PostedPicture, PostTry } from '../../../ports/chat-surface.ts'
import type { SlackApi } from './slack-api.ts'
import type { SlackUpload } from './slack-upload.ts'
import type { ThreadPlace } from './is-posted.ts'

const Offered = z.object({ upload_url: z.string().min(1), file_id: z.string().min(1) })
const Posted = z.object({ ts: z.string().min(1) })
const Done = z.object({ ok: z.literal(true) })
const LONGEST_ALTERNATIVE = 1_000
const LONGEST_TITLE = 255
/** A file that was just uploaded is not at once there for a block: Slack answers `invalid_blocks` until it is. */
const LOOK_AGAIN_MS = 1_000
const MOST_LOOKS = 5
const MOST_KEPT = 100

interface PicturePost {
  readonly where: ThreadPlace
  readonly picture: PostedPicture
  readonly attempt: PostTry | undefined
}

interface Uploaded {
  readonly file: string
  looks: number
}

/**
 * A picture goes in three calls that nobody sees and one that is a message like any other: it carries its key in its
 * metadata and its words as text, so that a lost answer doubles nothing. False where Slack does not take it.
 */
export function createPictures(api: SlackApi, upload: SlackUpload) {
  const uploaded = new Map<string, Uploaded>()
  const fileOf = async (post: PicturePost, png: Uint8Array, signal: AbortSignal): Promise<Uploaded> => {
    const key = keyOf(post)
    const known = uploaded.get(key)
    if (known !== undefined) return known
    const file = { file: await uploadFile(api, upload, { ...post, png }, signal), looks: 0 }
    if (uploaded.size >= MOST_KEPT) uploaded.clear()
    uploaded.set(key, file)
    return file
  }
  return {
    post: async (post: PicturePost, signal: AbortSignal): Promise<boolean> => {
      const { where, attempt, picture } = post
      if (picture.png === null) return false
      if (attempt !== undefined && (await isPosted(api, where, attempt, signal))) return true
      try {
        const file = await fileOf(post, picture.png, signal)
        await show(api, post, file, signal)
      } catch (error) {
        // Without the scope, or of a plan without files: the words say what the picture shows.
        if (!(error instanceof VendorRejectedError)) throw error
        uploaded.delete(keyOf(post))
        return false
      }
      uploaded.delete(keyOf(post))
      return true
    },
  }
}

function keyOf({ where, picture, attempt }: PicturePost): string {
  return attempt?.keys.join(' ') ?? `${where.channel} ${picture.name}`
}

async function uploadFile(
  api: SlackApi,
  upload: SlackUpload,
  { where, picture, png }: PicturePost & { readonly png: Uint8Array },
  signal: AbortSignal,
): Promise<string> {
  const file = {
    filename: `${picture.name}.png`,
    length: png.length,
    alt_txt: visibleText(picture.words, LONGEST_ALTERNATIVE),
  }
  const offer = await api.call('files.getUploadURLExternal', file, Offered, signal, where.channel)
  await upload(offer.upload_url, png, signal)
  const files = [{ id: offer.file_id, title: visibleLine(picture.title, LONGEST_TITLE) }]
  await api.call('files.completeUploadExternal', { files }, Done, signal, where.channel)
  return offer.file_id
}

async function show(api: SlackApi, { where, picture, attempt }: PicturePost, uploaded: Uploaded, signal: AbortSignal) {
  const metadata = { event_type: POST_EVENT, event_payload: { keys: attempt?.keys.join(' ') ?? '' } }
  const message = { ...where, ...renderPicture(picture, uploaded.file), metadata, ...QUIET }
  try {
    await api.call('chat.postMessage', message, Posted, signal)
  } catch (error) {
    uploaded.looks += 1
    const isEarly = error instanceof VendorRejectedError && error.vendorCode === 'invalid_blocks'
    if (!isEarly || uploaded.looks >= MOST_LOOKS) throw error
    throw new VendorBusyError('Slack', LOOK_AGAIN_MS, { cause: error })
  }
}

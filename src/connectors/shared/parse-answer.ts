import type { z } from 'zod'
import { VendorUnknownError } from '../../kernel/vendor-errors.ts'
import { VendorReadFailedError } from './vendor-read-failed-error.ts'

/**
 * A vendor's JSON as its schema knows it. An answer to a request that had an effect and cannot be read leaves us not
 * knowing; an answer to a read only means that the read failed.
 */
export function parseAnswer<Output>(
  request: { readonly vendor: string; readonly effect: boolean },
  schema: z.ZodType<Output>,
  bytes: Uint8Array,
): Output {
  const parsed = schema.safeParse(toJson(bytes))
  if (parsed.success) return parsed.data
  const place = parsed.error.issues[0]?.path.map(String).join('.') ?? ''
  const detail = `its answer is not what its interface promises${place === '' ? '' : ` at ${place}`}`
  throw request.effect
    ? new VendorUnknownError(request.vendor, detail)
    : new VendorReadFailedError(request.vendor, detail)
}

function toJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes))
  } catch {
    return undefined
  }
}

import { z } from 'zod'

export const KNOWN_LATER = Symbol('known later')

/**
 * `${{ steps.<id>.… }}`, which stays as it is in a plan because only the run can know it. By the time of the request
 * it has been replaced, so whoever acts refuses it.
 */
export const KnownLater = z
  .string()
  .regex(/^\$\{\{\s*steps\.[A-Za-z0-9_.-]{1,200}\s*\}\}$/)
  .transform((): typeof KNOWN_LATER => KNOWN_LATER)

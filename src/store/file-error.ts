/** `ENOENT` and the like; undefined when it is no error of the file system. */
export function fileErrorCodeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined
  return typeof error.code === 'string' ? error.code : undefined
}

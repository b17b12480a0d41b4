import type { FunctionVersion } from '../domain/plan-preview.ts'

/** `live at version 7, before the new form, of 2026-11-19, code QhBq…`, as far as it is known. */
export function describeVersion(name: string, version: FunctionVersion): string {
  const known = [
    version.description ?? '',
    version.lastModified === null ? '' : `of ${version.lastModified}`,
    version.codeSha256 === null ? '' : `code ${version.codeSha256}`,
  ].filter((text) => text !== '')
  return [`${name} at version ${version.version}`, ...known].join(', ')
}

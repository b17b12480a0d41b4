import { NotFoundError } from '../../kernel/errors.ts'
import { readPicture } from '../../orchestrator/index.ts'
import { textAnswer } from '../http/answers.ts'
import type { ConsoleSettings } from './console-settings.ts'
import type { HttpAnswer } from '../http/answers.ts'
import type { Visitor } from './console-session.ts'

/** Opened by itself, a drawing is a document: it may load and run nothing. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"

export async function pictureAnswer(
  { deps }: ConsoleSettings,
  visitor: Visitor,
  incidentId: string,
): Promise<HttpAnswer> {
  const picture = await readPicture(deps, visitor.reader, incidentId)
  if (picture === null) throw new NotFoundError('picture', incidentId)
  return textAnswer(200, 'image/svg+xml; charset=utf-8', picture.svg, { 'content-security-policy': POLICY })
}

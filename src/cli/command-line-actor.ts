import { userInfo } from 'node:os'
import type { Actor } from '../domain/actor.ts'

/** Whoever is logged in to this machine: their account stands on the audit log, and counts for no person. */
export function commandLineActor(): Actor {
  const { username } = userInfo()
  return { type: 'service', id: `cli:${username}`, name: username }
}

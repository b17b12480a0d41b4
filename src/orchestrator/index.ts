/** The orchestrator's door: what adapters may use, and nothing else. */
export type { AuditPage, AuditQuery } from './read/read-audit.ts'
export type { ConversationPlace, Press, Reply, ReplyRow, Utterance } from './verbs/conversation.ts'
export type { Deps } from './dependencies.ts'
export type { Page, RunReading } from './read/read-incidents.ts'
export type { Reader } from './read/reader.ts'
export { listIncidents, readEvidence, readIncident, readRun, readTimeline } from './read/read-incidents.ts'
export { readAudit } from './read/read-audit.ts'

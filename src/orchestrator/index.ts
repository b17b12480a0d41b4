/** The orchestrator's door: what adapters may use, and nothing else. */
export type { AuditPage } from './read/read-audit.ts'
export type { Capture, CaptureAnswer, IncidentChoice } from './verbs/handle-capture.ts'
export type { ChatWords } from './messages/chat-words.ts'
export type {
  Conversation,
  ConversationPlace,
  Press,
  RequestProof,
  Reply,
  ReplyRow,
  Utterance,
} from './verbs/conversation.ts'
export type { Deps } from './dependencies.ts'
export type { FilledForm, FormInput, FormOffer, FormWish } from './forms/form.ts'
export type { Home, HomeAnswer, HomeItem } from './read/read-home.ts'
export type { MessageChange } from './follow-message.ts'
export type { Reader } from './read/reader.ts'
export type { RichConversation } from './verbs/rich-conversation.ts'
export { readHome } from './read/read-home.ts'
export { readPicture } from './read/read-picture.ts'
export { drawFrom } from './picture/draw-incident.ts'
export type { DrawnPicture } from './picture/draw-incident.ts'
export { listIncidents, readEvidence, readIncident, readRun, readTimeline } from './read/read-incidents.ts'
export { describeDelivery } from './read/describe-delivery.ts'
export { readAudit } from './read/read-audit.ts'
export { recordKnownRefusal, recordRefusal } from './record-refusal.ts'
export { withSourceIp } from './with-source-ip.ts'
export { ingestAlerts } from './ingest-alerts.ts'
export { ingestChange } from './ingest-change.ts'
export type { IngestResult, RejectedItem } from './ingest/ingest-result.ts'
export { followMessage } from './follow-message.ts'
export { handleCapture } from './verbs/handle-capture.ts'
export { handlePress } from './verbs/handle-press.ts'
export { handleUtterance } from './verbs/handle-utterance.ts'
export type { Installations } from './keep-installations.ts'
export { readChange, readPendingChanges } from './read/read-configuration.ts'

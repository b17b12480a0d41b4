import type { Conversation, RichConversation } from '../../orchestrator/index.ts'
import type { SlackRequest } from './incoming/slack-request.ts'

/** What comes in is carried to these. */
export interface SlackWork extends Conversation {
  readonly rich: RichConversation
}

/** What Bolt hands on. */
export type AdmittedRequest = Exclude<SlackRequest, { kind: 'ignored' }>
/** What somebody wants. */
export type HandledRequest = Exclude<AdmittedRequest, { kind: 'uninstalled' }>

/** A form stays open when it is told what is wrong with it; anything else is only told that it arrived. */
export interface FormErrors {
  readonly response_action: 'errors'
  /** By block. */
  readonly errors: Record<string, string>
}

export type Acknowledge = (errors?: FormErrors) => Promise<void>

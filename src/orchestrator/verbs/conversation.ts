import type { Account } from '../../domain/person.ts'
import type { IncidentView } from '../../domain/incident-view.ts'
import type { PressAnswer, PressVerb } from '../../domain/press.ts'
import type { SurfaceName } from '../../domain/surface.ts'

/** Where something was said or pressed, as the surface vouches for it after verification. */
export interface ConversationPlace {
  readonly surface: SurfaceName
  readonly account: Account
  /** Slack channel, Teams conversation; null in the console. */
  readonly channel: string | null
  /** The message whose thread it was said in, or the card that was pressed. */
  readonly message: string | null
  /** Hashes of what the surface verified, for the record. */
  readonly proof?: RequestProof
}

/** SHA-256, hex, of a request's signature or token, and of what names a browser session; never the things themselves. */
export interface RequestProof {
  readonly signatureHash?: string
  readonly sessionHash?: string
  /** Of the person's own connection; of chat it is the platform's, and left out. */
  readonly sourceIp?: string
}

/** A line of chat: `/incident <text>`, a mention in a thread, the console's command box. */
export interface Utterance extends ConversationPlace {
  readonly text: string
  /** The incident whose page it was typed on; chat surfaces know only channel and message. */
  readonly incidentId?: string | null
}

/** A button of a card, or a form that one opened. The hash is what the card showed. */
export interface Press extends ConversationPlace {
  readonly verb: PressVerb
  /** Empty where a change of policies and playbooks is meant, which `proposalId` names. */
  readonly incidentId: string
  readonly proposalId: string | null
  readonly planHash: string | null
  /** Reason, note, or what the form asked for. */
  readonly text: string | null
  readonly stepId: string | null
  /** What became of a step; what a reviewer says of a broken glass; or how the incident went. */
  readonly answer: PressAnswer | null
  /** Which question is answered; left out by every other button. */
  readonly question?: number
  /** Which change or run the card asked about, where it asked how the incident went. */
  readonly about?: string | null
}

export interface ReplyRow {
  /** Short and ours: `INC-12`, `10:04 UTC`, `82 %`. */
  readonly label: string
  /** May hold text from outside: the surface escapes it. */
  readonly text: string
}

/**
 * The answer to one request, the same on every surface; the surface escapes and lays out. `refused` answers go to the
 * asker alone; answers too, unless `shared`.
 */
export interface Reply {
  readonly kind: 'answer' | 'refused'
  readonly code: string
  /** One or two sentences; may hold text from outside. */
  readonly text: string
  readonly rows: readonly ReplyRow[]
  /** Monospaced, for help and plans; null when there is none. */
  readonly preformatted: string | null
  /** The card to show below the text (`status`, `approve` without a hash). */
  readonly card: IncidentView | null
  readonly shared: boolean
  readonly incidentId: string | null
}

/** What every chat adapter is given: what was said and pressed is carried out, and answered. */
export interface Conversation {
  readonly say: (utterance: Utterance) => Promise<Reply>
  readonly press: (press: Press) => Promise<Reply>
}

import type { Reply } from '../../../src/orchestrator/index.ts'
import type { Person } from '../../../src/domain/person.ts'
import type { WaitingMessage } from '../../../src/ports/outbox.ts'
import type { SurfaceName } from '../../../src/domain/surface.ts'

/** What came of one request: the answer as the orchestrator gave it, and the words that then reached the asker. */
export interface Answered {
  readonly reply: Reply
  /** Without layout: white space is one space, and what is only seen (rules, buttons, colours) is left out. */
  readonly words: string
  /** The surface offers a form first, where others say which words are missing. */
  readonly offersForm?: boolean
}

/** What somebody has before them; it may have changed elsewhere by the time that they press. */
export interface OpenChange {
  /** Buttons left out. */
  readonly words: string
  press(label: string, words?: string): Promise<Answered>
}

/** One surface as its people use it: everything goes in by the vendor's own road and comes out by it. */
export interface SurfaceDriver {
  readonly name: SurfaceName
  /** Types a line where no incident is meant by itself. */
  say(person: Person, text: string): Promise<Answered>
  /** Types a line on the incident's own ground: in the thread of its card, on its page. */
  sayOn(person: Person, incidentId: string, text: string): Promise<Answered>
  /** Presses a button of the incident's card; `words` is what the form or field is given that it opens. */
  press(person: Person, incidentId: string, label: string, words?: string): Promise<Answered>
  /** What the incident's card says, buttons left out. */
  card(person: Person, incidentId: string): Promise<string>
  /** The message of a change of policies and playbooks as it is at this moment. */
  openChange(person: Person, changeId: string): Promise<OpenChange>
  /** The labels of the buttons on the incident's card. */
  buttons(person: Person, incidentId: string): Promise<readonly string[]>
  close(): Promise<void>
}

/** As the outbox hands it to whoever delivers it: its first try. */
export function waitingChange(changeId: string): WaitingMessage {
  const message = { kind: 'configuration', incidentId: null, changeId, priority: 'approval' } as const
  return { id: '0', version: 1, message, attempts: 0, begun: 0, mayHaveArrived: false, createdAt: new Date() }
}

export function withoutLayout(text: string): string {
  return text.replace(/\s+/gu, ' ').trim()
}

import type { IncidentView } from '../../../domain/incident-view.ts'

/** How the chat surfaces render a card; handed in, since the console knows no other surface. */
export interface CardPreviews {
  readonly slack: (view: IncidentView) => readonly unknown[]
  readonly teams: (view: IncidentView) => unknown
}

/** One run of a playbook as it ended, with what people say of it, for the ranking. */
export interface PastRun {
  readonly playbook: string
  readonly service: string | null
  readonly owner: string | null
  readonly criticality: number | null
  /** As its own checks found it: verification of the plan included. */
  readonly outcome: 'succeeded' | 'failed'
  /** How many people say that it helped, and that it did not. */
  readonly helped: number
  readonly didNotHelp: number
  readonly at: Date
}

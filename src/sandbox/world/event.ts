/** What happens in the world, in the words of whoever would notice; told to the terminal and counted by tests. */
export interface WorldEvent {
  readonly at: Date
  readonly from: 'Argo CD' | 'Prometheus' | 'Alertmanager' | 'Lambda' | 'PagerDuty' | 'services'
  readonly kind:
    | 'deploy.pushed'
    | 'operation.requested'
    | 'operation.finished'
    | 'rollback.requested'
    | 'sync.requested'
    | 'auto-sync.set'
    | 'version.running'
    | 'alert.firing'
    | 'alert.resolved'
    | 'webhook.sent'
    | 'function.invoked'
    | 'note.added'
  readonly subject: string
  readonly text: string
}

export type Tell = (event: WorldEvent) => void

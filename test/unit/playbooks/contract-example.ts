/** The playbook of the README and of the contract, as its users write it. */
export const CONTRACT_EXAMPLE = `apiVersion: countersign.dev/v1
kind: Playbook
metadata:
  name: rollback-bad-deploy
  title: Roll the service back to the version before the suspected deploy
  owner: platform-team
spec:
  match:
    alerts: ['alertname=~"HighErrorRate|HighLatency"', 'severity="critical"']
    change: deploy
  inputs:
    app:      { from: service.argocd.app }
    revision: { from: change.previous.id }
  risk: { reversible: true, blastRadius: service }
  autonomous: false
  steps:
    - id: rollback
      uses: argocd/rollback
      with: { app: "\${{ inputs.app }}", id: "\${{ inputs.revision }}", autoSync: suspend }
      timeout: 5m
      undo: { uses: argocd/rollback, with: { app: "\${{ inputs.app }}", id: "\${{ before.rollback.historyId }}" } }
    - id: healthy
      uses: prometheus/assert
      with: { query: 'sum(rate(http_requests_errors_total{service="\${{ incident.service }}"}[1m]))', below: 0.05, for: 2m }
  onFailure: stop
`

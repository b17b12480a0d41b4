/** One approval by somebody else than the requester; the rollback is the one effect. */
export const ROLL_BACK = `apiVersion: countersign.dev/v1
kind: Playbook
metadata: { name: roll-back, title: Roll the service back, owner: platform-team }
spec:
  match: {}
  inputs:
    app: { from: service.argocd.app }
  risk: { reversible: true, blastRadius: service }
  autonomous: false
  steps:
    - id: rollback
      uses: argocd/rollback
      with: { app: '\${{ inputs.app }}', id: '40' }
      undo: { uses: argocd/rollback, with: { app: '\${{ inputs.app }}', id: '\${{ before.rollback.historyId }}' } }
  onFailure: stop
`

import { VendorRejectedError } from '../../kernel/vendor-errors.ts'
import { AppError } from '../../kernel/errors.ts'
import { toAppReference } from './app-name.ts'
import type { ConnectorHealth } from '../shared/connector-health.ts'
import type { ArgoCdContext } from './argocd-context.ts'

const TOKEN_REMEDY =
  'Set ARGOCD_AUTH_TOKEN to a project role token (argocd proj role create-token PROJECT ROLE) or an account token with only the apiKey capability.'

/** For `doctor`: does Argo CD answer, does it know our token, and may the token sync the catalog's apps? */
export async function checkArgoCd(
  argocd: ArgoCdContext,
  apps: readonly string[],
  signal: AbortSignal,
): Promise<ConnectorHealth> {
  try {
    const account = await argocd.client.findAccount(signal)
    if (account === null) {
      return { ok: false, detail: 'Argo CD answers and does not know the token.', remedy: TOKEN_REMEDY }
    }
    const problems: string[] = []
    for (const app of apps) problems.push(...(await problemsOf(argocd, app, signal)))
    if (problems.length === 0) {
      return { ok: true, detail: `Argo CD knows us as ${account}, who may sync ${apps.length} app(s).`, remedy: '' }
    }
    return {
      ok: false,
      detail: `Argo CD knows us as ${account}. ${problems.join(' ')}`,
      remedy: `Grant in Argo CD: p, ${account}, applications, get, PROJECT/*, allow; the same for sync; update only if playbooks suspend auto-sync.`,
    }
  } catch (cause) {
    const detail = cause instanceof AppError ? cause.message : 'Argo CD could not be asked.'
    return { ok: false, detail, remedy: 'Check ARGOCD_SERVER, the network between, and the certificate.' }
  }
}

async function problemsOf(argocd: ArgoCdContext, app: string, signal: AbortSignal): Promise<readonly string[]> {
  const reference = toAppReference(app, argocd.projectOf)
  try {
    const application = await argocd.client.getApplication(reference, signal)
    const project = application.spec.project || 'default'
    // Argo CD judges a rollback by "sync" too; "update" is needed only to suspend auto-sync.
    const maySync = await argocd.client.mayDo('sync', reference, project, signal)
    return maySync ? [] : [`It may not sync or roll back ${app}.`]
  } catch (cause) {
    if (cause instanceof VendorRejectedError && (cause.status === 404 || cause.status === 403)) {
      return [cause.status === 404 ? `There is no app ${app}.` : `It may not read ${app}, or there is no such app.`]
    }
    throw cause
  }
}

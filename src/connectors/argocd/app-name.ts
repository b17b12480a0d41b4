import { z } from 'zod'

const PART = '[a-z0-9](?:[-a-z0-9.]{0,251}[a-z0-9])?'

/** `checkout`, or `team-a/checkout` for an app outside Argo CD's own namespace, as the argocd CLI writes it. */
export const AppName = z
  .string()
  .regex(new RegExp(`^(?:${PART}/)?${PART}$`), 'expected the name of an Argo CD application, or namespace/name')

/** What every call says of the app it means; `project` makes a missing app a 404 instead of a 403. */
export interface AppReference {
  readonly name: string
  readonly namespace: string | null
  readonly project: string | null
}

export function toAppReference(app: string, projectOf: (app: string) => string | null): AppReference {
  const [first = '', second] = app.split('/')
  return {
    name: second ?? first,
    namespace: second === undefined ? null : first,
    project: projectOf(app),
  }
}

/** `payments/checkout`: equal for equal apps, whatever step names them. */
export function lockKeyOf(reference: AppReference): string {
  const parts = [reference.namespace, reference.project, reference.name].filter((part) => part !== null)
  return `argocd:${parts.join('/')}`
}

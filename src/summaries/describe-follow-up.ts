import type { FollowUp } from '../domain/follow-up.ts'

/** What is left to do, with the id by which people name it. */
export function describeFollowUp({ id, kind, app }: Pick<FollowUp, 'id' | 'kind' | 'app'>): string {
  switch (kind) {
    case 'revert_and_enable':
      return `Revert the change of ${app} in Git, then re-enable auto-sync of ${app} (${id}).`
    case 'revert':
      return `Revert the change of ${app} in Git: the app is out of sync with it (${id}).`
    case 'enable':
      return `Re-enable auto-sync of ${app}: it was suspended, and what was rolled back runs again or never left (${id}).`
  }
}

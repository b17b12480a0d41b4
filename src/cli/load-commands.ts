import type { Command } from './command.ts'

/** In the order of the printed help. */
const LOADERS: ReadonlyMap<string, () => Promise<Command>> = new Map([
  ['demo', async () => (await import('./demo.ts')).demoCommand],
  ['serve', async () => (await import('./serve.ts')).serveCommand],
  ['migrate', async () => (await import('./migrate.ts')).migrateCommand],
  ['doctor', async () => (await import('./doctor.ts')).doctorCommand],
  ['manifest slack', async () => (await import('./manifest-slack.ts')).manifestSlackCommand],
  ['manifest teams', async () => (await import('./manifest-teams.ts')).manifestTeamsCommand],
  ['playbook lint', async () => (await import('./playbook-lint.ts')).playbookLintCommand],
  ['playbook list', async () => (await import('./playbook-list.ts')).playbookListCommand],
  ['playbook plan', async () => (await import('./playbook-plan.ts')).playbookPlanCommand],
  ['audit verify', async () => (await import('./audit-verify.ts')).auditVerifyCommand],
  ['audit export', async () => (await import('./audit-export.ts')).auditExportCommand],
  ['audit keygen', async () => (await import('./audit-keygen.ts')).auditKeygenCommand],
  ['jobs list', async () => (await import('./jobs-list.ts')).jobsListCommand],
  ['jobs retry', async () => (await import('./jobs-retry.ts')).jobsRetryCommand],
  ['outbox list', async () => (await import('./outbox-list.ts')).outboxListCommand],
  ['outbox retry', async () => (await import('./outbox-retry.ts')).outboxRetryCommand],
  ['freeze', async () => (await import('./freeze.ts')).freezeCommand],
  ['eval changes', async () => (await import('./eval-changes.ts')).evalChangesCommand],
  ['eval grouping', async () => (await import('./eval-grouping.ts')).evalGroupingCommand],
  ['eval hostile', async () => (await import('./eval-hostile.ts')).evalHostileCommand],
  ['eval scenarios', async () => (await import('./eval-scenarios.ts')).evalScenariosCommand],
  ['eval localisation', async () => (await import('./eval-localisation.ts')).evalLocalisationCommand],
  ['eval record', async () => (await import('./eval-record.ts')).evalRecordCommand],
])

/**
 * The command that these words name, and no other: most of a short command's time would go into loading the rest, and
 * the service would carry their code through its life. Words that name none get them all, to be listed or guessed from.
 */
export async function loadCommands(words: readonly string[]): Promise<readonly Command[]> {
  const load = LOADERS.get(words.slice(0, 2).join(' ')) ?? LOADERS.get(words[0] ?? '')
  return load === undefined ? Promise.all([...LOADERS.values()].map((each) => each())) : [await load()]
}

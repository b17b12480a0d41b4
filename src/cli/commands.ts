import { auditExportCommand } from './audit-export.ts'
import { auditKeygenCommand } from './audit-keygen.ts'
import { auditVerifyCommand } from './audit-verify.ts'
import { demoCommand } from './demo.ts'
import { doctorCommand } from './doctor.ts'
import { evalChangesCommand } from './eval-changes.ts'
import { evalGroupingCommand } from './eval-grouping.ts'
import { evalHostileCommand } from './eval-hostile.ts'
import { evalRecordCommand } from './eval-record.ts'
import { evalScenariosCommand } from './eval-scenarios.ts'
import { evalLocalisationCommand } from './eval-localisation.ts'
import { freezeCommand } from './freeze.ts'
import { jobsListCommand } from './jobs-list.ts'
import { jobsRetryCommand } from './jobs-retry.ts'
import { manifestSlackCommand } from './manifest-slack.ts'
import { manifestTeamsCommand } from './manifest-teams.ts'
import { migrateCommand } from './migrate.ts'
import { outboxListCommand } from './outbox-list.ts'
import { outboxRetryCommand } from './outbox-retry.ts'
import { playbookLintCommand } from './playbook-lint.ts'
import { playbookListCommand } from './playbook-list.ts'
import { playbookPlanCommand } from './playbook-plan.ts'
import { serveCommand } from './serve.ts'
import type { Command } from './command.ts'

/** In the order of the printed help. */
export const COMMANDS: readonly Command[] = [
  demoCommand,
  serveCommand,
  migrateCommand,
  doctorCommand,
  manifestSlackCommand,
  manifestTeamsCommand,
  playbookLintCommand,
  playbookListCommand,
  playbookPlanCommand,
  auditVerifyCommand,
  auditExportCommand,
  auditKeygenCommand,
  jobsListCommand,
  jobsRetryCommand,
  outboxListCommand,
  outboxRetryCommand,
  freezeCommand,
  evalChangesCommand,
  evalGroupingCommand,
  evalHostileCommand,
  evalScenariosCommand,
  evalLocalisationCommand,
  evalRecordCommand,
]

import { asc, eq, sql } from './drizzle.ts'
import { storableText } from '../kernel/clean-text.ts'
import type { ProposalQuestion } from '../domain/question.ts'
import type { NewQuestion, QuestionStore } from '../ports/question-store.ts'
import type { Origin } from '../domain/surface.ts'
import { proposalQuestions } from './schema.ts'
import type { Database } from './database.ts'

/** Rows are only ever added; the unique index on number and proposal holds where somebody forgets the row lock. */
export function createQuestionStore(db: Database): QuestionStore {
  return {
    ask: async (question) => {
      const next = sql<number>`(SELECT count(*) + 1 FROM proposal_questions
        WHERE proposal_id = ${question.proposalId} AND kind = 'question')`
      return toQuestion(await insert(db, 'question', question, next))
    },
    answer: async ({ number, ...answer }) => toQuestion(await insert(db, 'answer', answer, number)),
    list: async (proposalId) => {
      const rows = await db
        .select()
        .from(proposalQuestions)
        .where(eq(proposalQuestions.proposalId, proposalId))
        .orderBy(asc(proposalQuestions.id))
      return rows.map(toQuestion)
    },
  }
}

type Row = typeof proposalQuestions.$inferSelect

async function insert(
  db: Database,
  kind: ProposalQuestion['kind'],
  { proposalId, step, personId, personName, text, surface }: NewQuestion,
  number: number | ReturnType<typeof sql<number>>,
): Promise<Row> {
  const stepId = step === null ? '' : `${step.runId}/${step.stepId}`
  const values = { proposalId, stepId, kind, number, personId, personName, text: storableText(text), surface }
  const [row] = await db.insert(proposalQuestions).values(values).returning()
  if (row === undefined) throw new Error('An insert answered without its row.')
  return row
}

function toQuestion(row: Row): ProposalQuestion {
  const { proposalId, number, personId, personName, text, at } = row
  const cut = row.stepId.indexOf('/')
  const step = cut < 0 ? null : { runId: row.stepId.slice(0, cut), stepId: row.stepId.slice(cut + 1) }
  const kind = row.kind as ProposalQuestion['kind']
  return { proposalId, step, kind, number, personId, personName, text, surface: row.surface as Origin, at }
}

import { createRequire } from 'node:module'
import type * as core from 'drizzle-orm'
import type * as migrator from 'drizzle-orm/migrator'
import type * as driver from 'drizzle-orm/node-postgres'
import type * as tables from 'drizzle-orm/pg-core'

/**
 * The one place that loads drizzle. Its CommonJS build is taken on purpose: for every file of its ES build, Node reads
 * the package's map of 447 exports anew, which made 250 MB and 1.5 s of the start; this way it is 25 MB and 0.1 s.
 */
const load = createRequire(import.meta.url)
const orm = load('drizzle-orm') as typeof core
const pg = load('drizzle-orm/pg-core') as typeof tables

export const {
  and,
  asc,
  desc,
  eq,
  getTableColumns,
  gt,
  inArray,
  is,
  isNotNull,
  isNull,
  lt,
  lte,
  ne,
  or,
  Placeholder,
  sql,
} = orm
export const {
  bigint,
  bigserial,
  boolean,
  customType,
  date,
  doublePrecision,
  integer,
  jsonb,
  pgSequence,
  pgTable,
  text,
  timestamp,
} = pg
// Only one of its overloads is deprecated.
// eslint-disable-next-line @typescript-eslint/no-deprecated
export const { check, index, primaryKey, uniqueIndex } = pg
export const { PgDialect } = pg
export const { drizzle } = load('drizzle-orm/node-postgres') as typeof driver
export const { readMigrationFiles } = load('drizzle-orm/migrator') as typeof migrator

import type { QueryResultRow } from 'pg'

/** Whatever answers a query with rows. */
export interface RowSource {
  rows<Row extends QueryResultRow>(query: string, values?: readonly unknown[]): Promise<readonly Row[]>
}

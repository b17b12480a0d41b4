/** Where the job engine keeps its tables. */
export const JOB_SCHEMA = 'pgboss'

// The private PostgreSQL of a folder: started, taken over or attached to, and stopped with its owner.
export { type EmbeddedPostgres, type EmbeddedPostgresOptions, startEmbeddedPostgres } from './embedded-postgres.ts'
export { EmbeddedPostgresError } from './faults.ts'

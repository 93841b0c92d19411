// The connection to PostgreSQL is lost at some statements of an upload; statement-faults.long.test.ts: at each.
import { testUploads } from './statement-faults.ts'

testUploads(11)

// The connection to PostgreSQL is lost at each statement of an upload.
import { testUploads } from './statement-faults.ts'

testUploads(1)

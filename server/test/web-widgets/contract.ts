// What contract.test.ts knows of the operations of web widgets.
import { managementEntries } from './management-entries.ts'
import { visitorEntries } from './visitor-entries.ts'

export const entries = { ...managementEntries, ...visitorEntries }

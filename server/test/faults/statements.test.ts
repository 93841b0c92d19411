// The network between the server and PostgreSQL fails at some statements, once and for good; statements.long.test.ts: at each.
import { testStatements } from './statements.ts'

testStatements(31)

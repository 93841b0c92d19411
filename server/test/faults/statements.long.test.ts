// The network between the server and PostgreSQL fails at each statement in turn, once and for good.
import { testStatements } from './statements.ts'

testStatements(1)

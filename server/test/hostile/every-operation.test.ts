// Some operations of the contract with input that multiplies; every-operation.long.test.ts has all.
import { testOperations } from './every-operation.ts'

testOperations(16)

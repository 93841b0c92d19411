// Every operation of the contract with input that multiplies.
import { testOperations } from './every-operation.ts'

testOperations(1)
